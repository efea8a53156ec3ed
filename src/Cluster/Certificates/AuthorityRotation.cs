using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Navarch.ApiServer.Authentication;
using Navarch.Cluster.Kubeconfig;
using Navarch.Cluster.Lifecycle;
using Navarch.Cluster.Machine;
using Navarch.Cluster.Profiles;

namespace Navarch.Cluster.Certificates;

/// <summary>
/// Puts another authority in the place of a cluster's, whether the cluster runs or not, and locks nobody out: all trust the new one before it
/// signs anything, and the one before is trusted until it is dropped. Whoever is killed over it goes on by doing the same again.
/// </summary>
public sealed class AuthorityRotation(ProfileStore profiles, IProgressReporter progress, TimeProvider time)
{
    private static readonly TimeSpan PatienceMax = TimeSpan.FromMinutes(2);

    // Parts look at their files each second, where they are asked for something.
    private static readonly TimeSpan TakeoverMax = TimeSpan.FromSeconds(10);

    // Whoever has not come for so long has another certificate by now, or will be seen to need one.
    private static readonly TimeSpan UseForgottenAfter = TimeSpan.FromDays(1);
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);

    /// <returns>The names of the certificates that were issued.</returns>
    /// <exception cref="ClusterException">Somebody does not trust the new authority, which then signs nothing; or the last rotation is not over.</exception>
    public async Task<IReadOnlyList<string>> RunAsync(string profileName, CancellationToken ct)
    {
        var (profile, paths) = Find(profileName);
        using var held = ProfileLock.Acquire(paths, "certs rotate ca");
        var (files, probe) = (new AuthorityFiles(paths, time), new AuthorityProbe(profile, paths));
        var isOver = files.Phase == AuthorityPhase.Succeeded && AreAllOf(files.Signer, profile, paths);
        if (files.Phase != AuthorityPhase.Succeeded)
        {
            await progress.StepAsync("Introducing another authority", _ =>
            {
                files.Introduce($"navarch-{profile.Name}");
                Tell(profile, paths);
                return Task.CompletedTask;
            });
            await progress.StepAsync("Waiting until it is trusted", detail => UntilAsync(token => probe.FindDoubterAsync(files.Next!, token), "does not trust the new authority", detail, ct));
        }

        var issued = await progress.StepAsync("Issuing certificates", _ =>
        {
            files.Succeed();
            var names = new ClusterCertificates(paths, time).Ensure(profile, MachineAddresses.All());
            Tell(profile, paths);
            return Task.FromResult(names);
        });
        if (isOver)
        {
            throw new ClusterException($"the last rotation is not over: \"{Name(files.Others[0])}\" is still trusted", $"drop it: `sudo navarch certs prune -p {profile.Name}`");
        }

        await progress.StepAsync("Waiting until they are used", detail => UntilAsync(token => probe.FindLaggardAsync(files.Signer, token), "shows a certificate of the authority before", detail, ct));
        return [ClusterCertificates.Authority, .. issued];
    }

    /// <summary>Ends the trust in the authority before, unless somebody still depends on it.</summary>
    /// <param name="isForced">Whoever depends on it.</param>
    /// <exception cref="ClusterException">It cannot be known who depends on it; or there is a rotation to be ended.</exception>
    public async Task<AuthorityStatus> PruneAsync(string profileName, bool isForced, CancellationToken ct)
    {
        var (profile, paths) = Find(profileName);
        using var held = ProfileLock.Acquire(paths, "certs prune");
        var files = new AuthorityFiles(paths, time);
        if (files.Phase == AuthorityPhase.Introduced)
        {
            throw new ClusterException($"a rotation was begun and not ended: \"{Name(files.Signer)}\" signs still", $"end it: `sudo navarch certs rotate ca -p {profile.Name}`");
        }

        var (others, since) = (files.Others, files.SignsSince); // Before the file is written anew.
        if (others.Count > 0)
        {
            Finish(profile, paths);
            if (!isForced && await FindDependentsAsync(profile, paths, files, ct) is { Count: > 0 } dependents)
            {
                return new AuthorityStatus { Signer = Name(files.Signer), SignsSince = since, Trusted = [.. others.Select(Name)], Dependents = dependents };
            }
        }

        files.DropOthers();
        Finish(profile, paths);
        foreach (var (_, file) in paths.KubeletCertificates)
        {
            RemoveIfOf(others, file);
        }

        return new AuthorityStatus { Signer = Name(files.Signer), SignsSince = since, Dropped = [.. others.Select(Name)] };
    }

    private async Task<IReadOnlyList<string>> FindDependentsAsync(Profile profile, ProfilePaths paths, AuthorityFiles files, CancellationToken ct)
    {
        var probe = new AuthorityProbe(profile, paths);
        if (!await probe.IsServedAsync(ct))
        {
            throw new ClusterException(
                $"\"{profile.Name}\" does not run: nobody can say who depends on \"{Name(files.Others[0])}\"", $"start it, or drop the authority whoever depends on it: `sudo navarch certs prune -p {profile.Name} --force`");
        }

        using var api = new ClusterApi(profile, paths);
        using var pods = await api.FindAsync("/api/v1/pods", ct);
        var pem = files.Signer.ExportCertificatePem();
        return
        [
            .. await probe.FindLaggardAsync(files.Signer, ct) is { } laggard ? [$"{laggard} shows a certificate of it"] : (string[])[],
            .. (await AuthorityProbe.NamespacesWithoutAsync(api, pem, ct)).Select(static name => $"namespace {name}: its ConfigMap kube-root-ca.crt does not name the new authority"),
            .. probe.VolumesWithout(pem).Select(static volume => $"volume {volume}: it does not name the new authority"),
            .. UsersFromBefore(await probe.UsesAsync(ct), files.Signer.Subject, files.SignsSince, time.GetUtcNow()),
            .. PodsFromBefore(pods!.RootElement, files.SignsSince).Select(static pod => $"pod {pod}: has run since before, and may have read only then whom to trust"),
        ];
    }

    /// <summary>Who came with a certificate of another authority although all parts of the cluster had new ones by then.</summary>
    internal static IReadOnlyList<string> UsersFromBefore(IEnumerable<AuthorityUse> uses, string signer, DateTimeOffset since, DateTimeOffset now) =>
    [
        .. from use in uses
           where use.Authority != signer && use.Last > since + TakeoverMax && use.Last > now - UseForgottenAfter
           group use.Last by use.User into user
           orderby user.Key
           select string.Create(CultureInfo.InvariantCulture, $"user {user.Key}: asked with a certificate of it at {user.Max():yyyy-MM-dd HH:mm:ss}"),
    ];

    /// <summary>Pods in which a container runs that began before a time and was given the cluster's authorities.</summary>
    internal static IReadOnlyList<string> PodsFromBefore(JsonElement pods, DateTimeOffset since) =>
    [
        .. pods.GetProperty("items").EnumerateArray()
            .Where(pod => IsToldOfAuthorities(pod) && StartsOf(pod).Any(start => start < since))
            .Select(static pod => $"{pod.GetProperty("metadata").GetProperty("namespace").GetString()}/{pod.GetProperty("metadata").GetProperty("name").GetString()}"),
    ];

    private static bool IsToldOfAuthorities(JsonElement pod) =>
        pod.GetProperty("spec").TryGetProperty("volumes", out var volumes) && volumes.EnumerateArray().Any(static volume => volume.GetRawText().Contains("\"kube-root-ca.crt\"", StringComparison.Ordinal));

    private static IEnumerable<DateTimeOffset> StartsOf(JsonElement pod) =>
        from list in (string[])["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"]
        where pod.GetProperty("status").TryGetProperty(list, out _)
        from container in pod.GetProperty("status").GetProperty(list).EnumerateArray()
        where container.TryGetProperty("state", out var state) && state.TryGetProperty("running", out var running) && running.TryGetProperty("startedAt", out _)
        select container.GetProperty("state").GetProperty("running").GetProperty("startedAt").GetDateTimeOffset();

    // What Ensure issues is no answer to that: it does so as well where the machine has another address.
    private static bool AreAllOf(X509Certificate2 authority, Profile profile, ProfilePaths paths) => ClusterCertificates.Specs(profile, []).Keys.All(name =>
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(paths.Certificate(name)));
            return certificate.Issuer == authority.Subject;
        }
        catch (Exception e) when (e is CryptographicException or IOException)
        {
            return false;
        }
    });

    private void Finish(Profile profile, ProfilePaths paths)
    {
        _ = new ClusterCertificates(paths, time).Ensure(profile, MachineAddresses.All());
        Tell(profile, paths);
    }

    private static void Tell(Profile profile, ProfilePaths paths)
    {
        ComponentKubeconfig.WriteAll(profile, paths);
        UserContext.Refresh(profile, paths);
    }

    // What a kubelet was given by request is out of use where it was handed one of another authority since.
    private static void RemoveIfOf(IReadOnlyList<X509Certificate2> authorities, string file)
    {
        if (File.Exists(file))
        {
            using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(file));
            if (authorities.Any(authority => authority.Subject == certificate.Issuer))
            {
                File.Delete(file);
            }
        }
    }

    /// <param name="findOpponent">Names somebody who is not so far; null: all are.</param>
    private async Task UntilAsync(Func<CancellationToken, Task<string?>> findOpponent, string doesWhat, Action<string> detail, CancellationToken ct)
    {
        var start = time.GetTimestamp();
        while (await findOpponent(ct) is { } opponent)
        {
            if (time.GetElapsedTime(start) > PatienceMax)
            {
                throw new ClusterException($"{opponent} {doesWhat}", "see its log; `navarch certs rotate ca` goes on from here");
            }

            detail(opponent);
            await Task.Delay(Period, time, ct);
        }
    }

    private (Profile Profile, ProfilePaths Paths) Find(string name)
    {
        var profile = profiles.Get(ProfileName.Validate(name));
        return (profile, profiles.PathsOf(profile.Name));
    }

    private static string Name(X509Certificate2 authority) => authority.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
}
