using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Pods;

namespace Navarch.ApiServer.Admission.Pods;

/// <summary>
/// Every pod runs as a service account that exists, and finds its token, the cluster's authority and its namespace where
/// clients look for them.
/// </summary>
internal sealed class ServiceAccounts : IAdmission
{
    private const string DefaultAccount = "default";
    private const string MountPath = "/var/run/secrets/kubernetes.io/serviceaccount";
    private const string VolumePrefix = "kube-api-access-";

    // An hour and a little: a kubelet that renews hourly is never late.
    private const long TokenSeconds = 3607;

    // A controller makes the default account of a new namespace; the first pod may be there before it, long before it
    // where the controllers themselves are just starting or another one is taking over.
    private const int DefaultTries = 50;
    private static readonly TimeSpan DefaultPause = TimeSpan.FromMilliseconds(100);

    private readonly Kind accounts;
    private readonly Func<Kind, string, CancellationToken, ValueTask<WatchCache.StoredObject?>> findFresh;
    private readonly TimeProvider time;
    private readonly GeneratedName names;

    public ServiceAccounts(Kind accounts, Func<Kind, string, CancellationToken, ValueTask<WatchCache.StoredObject?>> findFresh, TimeProvider time, Random random)
    {
        this.accounts = accounts;
        this.findFresh = findFresh;
        this.time = time;
        names = new GeneratedName(random);
        accounts.Objects.KeepValues();
    }

    public async ValueTask<IResource> AdmitAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request is { Operation: "UPDATE", Options.Subresource: "ephemeralcontainers", Value: Pod running })
        {
            var own = await FindAsync(running.Metadata.Namespace, running.Spec.ServiceAccountName, ct);
            return own is not null && MountableSecrets.FindProblem(own, running.Spec) is { } problemOfNew ? throw Refused(running, problemOfNew) : running;
        }

        if (request is not { Operation: "CREATE", Options.Subresource: "", Value: Pod pod })
        {
            return request.Value;
        }

        if (pod.Metadata.Annotations.ContainsKey(PodReferences.MirrorAnnotation))
        {
            // It shows what a node runs of itself, which no account of the cluster's may be lent to.
            return FindMirrorProblem(pod) is { } problem ? throw Refused(pod, problem) : pod;
        }

        var name = pod.Spec.ServiceAccountName.Length > 0 ? pod.Spec.ServiceAccountName : DefaultAccount;
        var space = pod.Metadata.Namespace;
        var account = await FindAsync(space, name, ct)
            ?? throw Refused(pod, $"error looking up service account {space}/{name}: serviceaccount {GoText.Quote(name)} not found");
        var spec = pod.Spec with { ServiceAccountName = name, DeprecatedServiceAccount = name };
        if (spec.AutomountServiceAccountToken ?? account.AutomountServiceAccountToken ?? true)
        {
            spec = WithToken(spec);
        }

        spec = spec.ImagePullSecrets.Count == 0 ? spec with { ImagePullSecrets = account.ImagePullSecrets } : spec;
        return MountableSecrets.FindProblem(account, spec) is { } unlisted ? throw Refused(pod, unlisted) : pod with { Spec = spec };
    }

    private async ValueTask<ServiceAccount?> FindAsync(string space, string name, CancellationToken ct)
    {
        var key = accounts.Key(space, name);
        if (accounts.Objects.Current.Objects.Find(key) is { } known)
        {
            return (ServiceAccount)known.Value;
        }

        for (var tries = 1; ; tries++)
        {
            if (await findFresh(accounts, key, ct) is { } found)
            {
                return (ServiceAccount)found.Value;
            }

            if (name != DefaultAccount || tries == DefaultTries)
            {
                return null;
            }

            await Task.Delay(DefaultPause, time, ct);
        }
    }

    private PodSpec WithToken(PodSpec spec)
    {
        var known = spec.Volumes.FirstOrDefault(static volume => volume.Name.StartsWith(VolumePrefix, StringComparison.Ordinal))?.Name;
        var volume = known ?? names.From(VolumePrefix);
        while (known is null && spec.Volumes.Any(other => other.Name == volume))
        {
            volume = names.From(VolumePrefix);
        }

        var mount = new VolumeMount { Name = volume, ReadOnly = true, MountPath = MountPath };
        var isNeeded = false;
        spec = spec with { InitContainers = Mounting(spec.InitContainers), Containers = Mounting(spec.Containers) };
        return isNeeded && known is null ? spec with { Volumes = [.. spec.Volumes, TokenVolume(volume)] } : spec;

        IReadOnlyList<Container> Mounting(IReadOnlyList<Container> containers)
        {
            if (containers.Count == 0)
            {
                return containers;
            }

            var result = new Container[containers.Count];
            for (var i = 0; i < result.Length; i++)
            {
                // A container that mounts something of its own there wants it so.
                var container = containers[i];
                var mounts = !container.VolumeMounts.Any(static mount => mount.MountPath == MountPath);
                isNeeded |= mounts;
                result[i] = mounts ? container with { VolumeMounts = [.. container.VolumeMounts, mount] } : container;
            }

            return result;
        }
    }

    private static Volume TokenVolume(string name) => new()
    {
        Name = name,
        Projected = new ProjectedVolumeSource
        {
            DefaultMode = 0b110_100_100, // 0644
            Sources =
            [
                new VolumeProjection { ServiceAccountToken = new ServiceAccountTokenProjection { Path = "token", ExpirationSeconds = TokenSeconds } },
                new VolumeProjection { ConfigMap = new ConfigMapProjection { Name = "kube-root-ca.crt", Items = [new KeyToPath { Key = "ca.crt", Path = "ca.crt" }] } },
                new VolumeProjection
                {
                    DownwardAPI = new DownwardAPIProjection
                    {
                        Items = [new DownwardAPIVolumeFile { Path = "namespace", FieldRef = new ObjectFieldSelector { APIVersion = "v1", FieldPath = "metadata.namespace" } }],
                    },
                },
            ],
        },
    };

    private static string? FindMirrorProblem(Pod pod) =>
        pod.Spec.ServiceAccountName.Length > 0 ? "a mirror pod may not reference service accounts"
        : PodReferences.Of(pod).Any(static one => one.What == Needed.Secret) ? "a mirror pod may not reference secrets"
        : pod.Spec.Volumes.Any(static volume => volume.Projected?.Sources.Any(static source => source.ServiceAccountToken is not null) == true)
            ? "a mirror pod may not use ServiceAccountToken volume projections"
        : null;

    private static StatusException Refused(Pod pod, string why) => StatusErrors.Forbidden(Pod.ResourceType, pod.Metadata.Name, why).AsException();
}
