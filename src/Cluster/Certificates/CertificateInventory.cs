using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Navarch.Client;
using Navarch.Cluster.Profiles;

namespace Navarch.Cluster.Certificates;

/// <summary>Looks at every certificate that a cluster lives by, wherever it lies: its own, what its kubelet was given by request, and the user's.</summary>
public sealed class CertificateInventory(Profile profile, ProfilePaths paths, TimeProvider time)
{
    /// <param name="warnBefore">A certificate that ends within this time counts as ending.</param>
    /// <param name="userKubeconfig">The user's, of which only the cluster's own context is looked at; it need not exist.</param>
    public IReadOnlyList<CertificateStatus> Look(TimeSpan warnBefore, string userKubeconfig)
    {
        List<CertificateStatus> found = [.. Authorities().Concat(ClusterCertificates.NamesOf(profile)).Select(name => OfFile(name, paths.Certificate(name), warnBefore))];
        found.InsertRange(1, OtherAuthorities(warnBefore));
        foreach (var (name, file) in paths.KubeletCertificates)
        {
            if (File.Exists(file))
            {
                found.Add(OfFile(name, file, warnBefore));
            }
        }

        if (OfUser(userKubeconfig, warnBefore) is { } user)
        {
            found.Add(user);
        }

        return found;
    }

    private IEnumerable<string> Authorities() => profile.ControlPlanes > 1 ? [ClusterCertificates.Authority, ClusterCertificates.EtcdAuthority] : [ClusterCertificates.Authority];

    /// <summary>Of a rotation that is not over: trusted, but not signing yet or not any more.</summary>
    private IReadOnlyList<CertificateStatus> OtherAuthorities(TimeSpan warnBefore)
    {
        try
        {
            var files = new AuthorityFiles(paths, time);
            var name = files.Phase == AuthorityPhase.Introduced ? "ca (next)" : "ca (before)";
            return [.. files.Others.Select(other => Of(name, paths.Certificate(ClusterCertificates.Authority), other, warnBefore))];
        }
        catch (Exception e) when (e is ClusterException or IOException)
        {
            return []; // The file is shown as what it is.
        }
    }

    private CertificateStatus OfFile(string name, string file, TimeSpan warnBefore)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(file));
            return Of(name, file, certificate, warnBefore);
        }
        catch (Exception e) when (e is CryptographicException or IOException)
        {
            return new CertificateStatus { Name = name, File = file, State = CertificateState.Unreadable, Problem = e.Message };
        }
    }

    private CertificateStatus? OfUser(string kubeconfig, TimeSpan warnBefore)
    {
        try
        {
            return File.Exists(kubeconfig) && Client.Kubeconfig.Load(kubeconfig) is var file && file.Contexts.Contains(profile.ContextName)
                && file.Resolve(profile.ContextName).Certificate is { } certificate
                    ? Of($"context {profile.ContextName}", kubeconfig, certificate, warnBefore)
                    : null;
        }
        catch (KubeconfigException e)
        {
            return new CertificateStatus { Name = $"context {profile.ContextName}", File = kubeconfig, State = CertificateState.Unreadable, Problem = e.Message };
        }
    }

    private CertificateStatus Of(string name, string file, X509Certificate2 certificate, TimeSpan warnBefore)
    {
        var (end, now) = (new DateTimeOffset(certificate.NotAfter.ToUniversalTime()), time.GetUtcNow());
        return new CertificateStatus
        {
            Name = name,
            File = file,
            Subject = certificate.Subject,
            Signer = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: true),
            NotBefore = new DateTimeOffset(certificate.NotBefore.ToUniversalTime()),
            NotAfter = end,
            State = end <= now ? CertificateState.Expired : end - now <= warnBefore ? CertificateState.Ending : CertificateState.Good,
        };
    }
}
