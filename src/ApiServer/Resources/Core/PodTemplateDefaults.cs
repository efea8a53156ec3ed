using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Machinery.Pods;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>What is filled in of a pod specification, in pods and in the templates of every kind that makes pods.</summary>
internal static class PodTemplateDefaults
{
    private const int FileMode = 420; // 0644
    private const long TokenSeconds = 3600;

    public static PodTemplateSpec Template(PodTemplateSpec template) => template with { Spec = Spec(template.Spec, isPod: false) };

    /// <param name="isPod">False for a template: what depends on the node or the limits of the namespace is decided per pod.</param>
    public static PodSpec Spec(PodSpec spec, bool isPod)
    {
        var account = spec.ServiceAccountName.Length > 0 ? spec.ServiceAccountName : spec.DeprecatedServiceAccount;
        spec = spec with
        {
            DNSPolicy = Text(spec.DNSPolicy, DNSPolicy.DNSClusterFirst),
            RestartPolicy = Text(spec.RestartPolicy, RestartPolicy.Always),
            SecurityContext = spec.SecurityContext ?? PodSecurityContext.Empty,
            TerminationGracePeriodSeconds = spec.TerminationGracePeriodSeconds is { } grace ? (grace < 0 ? 1 : grace) : 30,
            SchedulerName = Text(spec.SchedulerName, "default-scheduler"),
            ServiceAccountName = account,
            DeprecatedServiceAccount = account,
            Volumes = Each(spec.Volumes, Volume),
            Containers = Each(spec.Containers, container => Container(container, isPod, spec.HostNetwork)),
            InitContainers = Each(spec.InitContainers, container => Container(container, isPod, spec.HostNetwork)),
            EphemeralContainers = Each(spec.EphemeralContainers, Ephemeral),
            Overhead = ResourceRules.Rounded(spec.Overhead),
        };
        return isPod ? PodOnly(spec) : spec;
    }

    public static EphemeralContainer Ephemeral(EphemeralContainer container) =>
        EphemeralContainers.From(Container(EphemeralContainers.AsContainer(container), isPod: false, hostNetwork: false), container.TargetContainerName);

    public static PersistentVolumeClaimSpec ClaimSpec(PersistentVolumeClaimSpec spec) =>
        spec with { VolumeMode = spec.VolumeMode ?? PersistentVolumeMode.PersistentVolumeFilesystem };

    private static PodSpec PodOnly(PodSpec spec) => spec with
    {
        EnableServiceLinks = spec.EnableServiceLinks ?? true,
        Resources = spec.Resources is { } resources ? PodLevel(resources, spec) : null,
    };

    private static Container Container(Container container, bool isPod, bool hostNetwork) => container with
    {
        ImagePullPolicy = Text(container.ImagePullPolicy, PullPolicyOf(container.Image)),
        TerminationMessagePath = Text(container.TerminationMessagePath, "/dev/termination-log"),
        TerminationMessagePolicy = Text(container.TerminationMessagePolicy, TerminationMessagePolicy.TerminationMessageReadFile),
        Ports = Each(container.Ports, port => port with
        {
            Protocol = Text(port.Protocol, Protocol.TCP),
            HostPort = isPod && hostNetwork && port.HostPort == 0 ? port.ContainerPortValue : port.HostPort,
        }),
        Env = Each(container.Env, Variable),
        Resources = Requirements(container.Resources, isPod),
        LivenessProbe = Probe(container.LivenessProbe),
        ReadinessProbe = Probe(container.ReadinessProbe),
        StartupProbe = Probe(container.StartupProbe),
        Lifecycle = container.Lifecycle is { } lifecycle
            ? lifecycle with { PostStart = Handler(lifecycle.PostStart), PreStop = Handler(lifecycle.PreStop) }
            : null,
    };

    private static EnvVar Variable(EnvVar variable) =>
        variable.ValueFrom?.FieldRef is { APIVersion.Length: 0 } field
            ? variable with { ValueFrom = variable.ValueFrom with { FieldRef = field with { APIVersion = "v1" } } }
            : variable;

    private static ResourceRequirements Requirements(ResourceRequirements resources, bool isPod)
    {
        if (ReferenceEquals(resources, ResourceRequirements.Empty))
        {
            return resources;
        }

        var limits = ResourceRules.Rounded(resources.Limits);
        var requests = ResourceRules.Rounded(resources.Requests);
        return resources with { Limits = limits, Requests = isPod && limits.Count > 0 ? limits.WithAll(requests) : requests };
    }

    /// <summary>Requests and limits of the pod as a whole follow from those of its containers where they are left out.</summary>
    private static ResourceRequirements PodLevel(ResourceRequirements resources, PodSpec spec)
    {
        var (limits, requests) = (ResourceRules.Rounded(resources.Limits), ResourceRules.Rounded(resources.Requests));
        foreach (var name in spec.Containers.SelectMany(container => container.Resources.Limits.Keys).Where(ResourceRules.IsHugePages).Distinct())
        {
            if (!limits.ContainsKey(name) && !requests.ContainsKey(name))
            {
                limits = limits.With(name, Sum(spec.Containers, container => container.Resources.Limits, name));
            }
        }

        foreach (var (name, limit) in limits)
        {
            if (!requests.ContainsKey(name) && (name is "cpu" or "memory" || ResourceRules.IsHugePages(name)))
            {
                var requested = spec.Containers.Any(container => container.Resources.Requests.ContainsKey(name)) && !ResourceRules.IsHugePages(name);
                requests = requests.With(name, requested ? Sum(spec.Containers, container => container.Resources.Requests, name) : limit);
            }
        }

        return resources with { Limits = limits, Requests = requests };
    }

    private static Quantity Sum(IEnumerable<Container> containers, Func<Container, Map<Quantity>> of, string name) =>
        containers.Aggregate(default(Quantity), (sum, container) => of(container).TryGetValue(name, out var amount) ? sum + amount : sum);

    private static Probe? Probe(Probe? probe) => probe is null ? null : probe with
    {
        TimeoutSeconds = Number(probe.TimeoutSeconds, 1),
        PeriodSeconds = Number(probe.PeriodSeconds, 10),
        SuccessThreshold = Number(probe.SuccessThreshold, 1),
        FailureThreshold = Number(probe.FailureThreshold, 3),
        HTTPGet = HttpGet(probe.HTTPGet),
        GRPC = probe.GRPC is { } grpc ? grpc with { Service = grpc.Service ?? "" } : null,
    };

    private static LifecycleHandler? Handler(LifecycleHandler? handler) => handler is null ? null : handler with { HTTPGet = HttpGet(handler.HTTPGet) };

    private static HTTPGetAction? HttpGet(HTTPGetAction? get) =>
        get is null ? null : get with { Path = Text(get.Path, "/"), Scheme = Text(get.Scheme, URIScheme.HTTP) };

    private static Volume Volume(Volume volume)
    {
        if (!VolumeSources.HasAny(volume))
        {
            return volume with { EmptyDir = EmptyDirVolumeSource.Empty };
        }

        return volume with
        {
            Image = volume.Image is { } image ? image with { PullPolicy = Text(image.PullPolicy, PullPolicyOf(image.Reference)) } : null,
            Secret = volume.Secret is { } secret ? secret with { DefaultMode = secret.DefaultMode ?? FileMode } : null,
            ConfigMap = volume.ConfigMap is { } configMap ? configMap with { DefaultMode = configMap.DefaultMode ?? FileMode } : null,
            DownwardAPI = volume.DownwardAPI is { } downward ? downward with { DefaultMode = downward.DefaultMode ?? FileMode, Items = Each(downward.Items, File) } : null,
            Projected = volume.Projected is { } projected ? projected with { DefaultMode = projected.DefaultMode ?? FileMode, Sources = Each(projected.Sources, Projection) } : null,
            HostPath = volume.HostPath is { } hostPath ? hostPath with { Type = hostPath.Type ?? "" } : null,
            Ephemeral = volume.Ephemeral is { VolumeClaimTemplate: { } template } ? volume.Ephemeral with { VolumeClaimTemplate = template with { Spec = ClaimSpec(template.Spec) } } : volume.Ephemeral,
        };
    }

    private static VolumeProjection Projection(VolumeProjection source) => source with
    {
        ServiceAccountToken = source.ServiceAccountToken is { } token ? token with { ExpirationSeconds = token.ExpirationSeconds ?? TokenSeconds } : null,
        DownwardAPI = source.DownwardAPI is { } downward ? downward with { Items = Each(downward.Items, File) } : null,
    };

    private static DownwardAPIVolumeFile File(DownwardAPIVolumeFile file) =>
        file.FieldRef is { APIVersion.Length: 0 } field ? file with { FieldRef = field with { APIVersion = "v1" } } : file;

    // The newest image is what a reference without a tag means, so it is asked for each time.
    private static string PullPolicyOf(string image)
    {
        var digest = image.IndexOf('@');
        var name = digest < 0 ? image : image[..digest];
        var colon = name.LastIndexOf(':');
        var tag = colon > name.LastIndexOf('/') ? name[(colon + 1)..] : digest < 0 ? "latest" : "";
        return tag == "latest" ? PullPolicy.PullAlways : PullPolicy.PullIfNotPresent;
    }

    private static string Text(string value, string unset) => value.Length == 0 ? unset : value;

    private static int Number(int value, int unset) => value == 0 ? unset : value;

    /// <summary>The list itself where nothing in it changes.</summary>
    internal static IReadOnlyList<T> Each<T>(IReadOnlyList<T> list, Func<T, T> change) where T : class
    {
        if (list.Count == 0)
        {
            return list;
        }

        var changed = new T[list.Count];
        for (var i = 0; i < changed.Length; i++)
        {
            changed[i] = change(list[i]);
        }

        return changed;
    }
}
