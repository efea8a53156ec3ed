using System.Globalization;
using Navarch.Api;
using Navarch.Api.Apps.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Testing;

/// <summary>Builders that name only what a test is about; the rest is sensible.</summary>
public static class A
{
    public static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static long lastUid;

    /// <summary>A UID that no other object has.</summary>
    public static string Uid() => string.Create(
        CultureInfo.InvariantCulture, $"00000000-0000-4000-8000-{Interlocked.Increment(ref lastUid):x12}");

    public static ObjectMeta Meta(string name, string ns = "default", Map<string>? labels = null, IResource? owner = null) => new()
    {
        Name = name,
        Namespace = ns,
        UID = Uid(),
        Labels = labels ?? [],
        OwnerReferences = owner is null ? [] : [OwnerReference(owner)],
    };

    /// <summary>The reference by which <paramref name="owner"/> controls an object.</summary>
    public static OwnerReference OwnerReference(IResource owner) => new()
    {
        APIVersion = owner.GetResourceType().ApiVersion,
        Kind = owner.GetResourceType().Kind,
        Name = owner.Metadata.Name,
        UID = owner.Metadata.UID,
        Controller = true,
        BlockOwnerDeletion = true,
    };

    public static PodTemplateSpec Template(string image = "nginx", Map<string>? labels = null, IReadOnlyList<ContainerPort>? ports = null) => new()
    {
        Metadata = new ObjectMeta { Labels = labels ?? [new("app", "web")] },
        Spec = new PodSpec { Containers = [new Container { Name = "main", Image = image, Ports = ports ?? [] }] },
    };

    public static Pod Pod(
        string name, string ns = "default", bool? ready = null, string phase = "", string node = "", string ip = "", Map<string>? labels = null,
        IResource? owner = null, DateTimeOffset? created = null, DateTimeOffset? readySince = null, bool deleting = false,
        IReadOnlyList<ContainerPort>? ports = null, int restarts = 0)
    {
        var since = readySince ?? created ?? Now.AddMinutes(-1);
        return new Pod
        {
            Metadata = Meta(name, ns, labels ?? [new("app", "web")], owner) with
            {
                CreationTimestamp = created ?? Now.AddMinutes(-1),
                DeletionTimestamp = deleting ? Now : null,
            },
            Spec = Template(ports: ports).Spec with { NodeName = node },
            Status = new PodStatus
            {
                Phase = phase.Length > 0 ? phase : ready is null ? PodPhase.PodPending : PodPhase.PodRunning,
                PodIP = ip,
                PodIPs = ip.Length > 0 ? [new PodIP { IP = ip }] : [],
                Conditions = ready is null ? [] :
                [
                    new PodCondition { Type = "Ready", Status = ready == true ? "True" : "False", LastTransitionTime = since },
                ],
                ContainerStatuses = [new ContainerStatus { Name = "main", Ready = ready == true, RestartCount = restarts }],
            },
        };
    }

    public static ReplicaSet ReplicaSet(
        string name, int replicas = 1, string ns = "default", Map<string>? labels = null, IResource? owner = null, PodTemplateSpec? template = null,
        int minReadySeconds = 0) => new()
    {
        Metadata = Meta(name, ns, labels ?? [new("app", "web")], owner) with { Generation = 1, CreationTimestamp = Now.AddMinutes(-5) },
        Spec = new ReplicaSetSpec
        {
            Replicas = replicas,
            MinReadySeconds = minReadySeconds,
            Selector = new LabelSelector { MatchLabels = labels ?? [new("app", "web")] },
            Template = template ?? Template(labels: labels),
        },
    };

    public static Deployment Deployment(
        string name, int replicas = 1, string ns = "default", string image = "nginx", string strategy = DeploymentStrategyType.RollingUpdate,
        IntOrString? maxSurge = null, IntOrString? maxUnavailable = null, int? progressDeadlineSeconds = 600, int? revisionHistoryLimit = 10) => new()
    {
        Metadata = Meta(name, ns) with { Generation = 1, CreationTimestamp = Now.AddMinutes(-5) },
        Spec = new DeploymentSpec
        {
            Replicas = replicas,
            Selector = new LabelSelector { MatchLabels = [new("app", name)] },
            Template = Template(image, [new("app", name)]),
            Strategy = new DeploymentStrategy
            {
                Type = strategy,
                RollingUpdate = strategy == DeploymentStrategyType.Recreate ? null : new RollingUpdateDeployment
                {
                    MaxSurge = maxSurge ?? new IntOrString("25%"),
                    MaxUnavailable = maxUnavailable ?? new IntOrString("25%"),
                },
            },
            ProgressDeadlineSeconds = progressDeadlineSeconds,
            RevisionHistoryLimit = revisionHistoryLimit,
        },
    };

    public static Service Service(
        string name, string ns = "default", Map<string>? selector = null, string clusterIP = "10.96.0.10", IReadOnlyList<ServicePort>? ports = null,
        bool publishNotReady = false) => new()
    {
        Metadata = Meta(name, ns),
        Spec = new ServiceSpec
        {
            Selector = selector ?? [new("app", "web")],
            ClusterIP = clusterIP,
            ClusterIPs = clusterIP.Length > 0 ? [clusterIP] : [],
            IPFamilies = ["IPv4"],
            Type = ServiceType.ClusterIP,
            PublishNotReadyAddresses = publishNotReady,
            Ports = ports ?? [new ServicePort { Name = "http", Protocol = "TCP", Port = 80, TargetPort = 8080 }],
        },
    };

    public static Node Node(string name, bool ready = true, Map<string>? labels = null, string podCIDR = "", IReadOnlyList<Taint>? taints = null) => new()
    {
        Metadata = Meta(name, "", labels) with { CreationTimestamp = Now.AddMinutes(-10) },
        Spec = new NodeSpec { PodCIDR = podCIDR, PodCIDRs = podCIDR.Length > 0 ? [podCIDR] : [], Taints = taints ?? [] },
        Status = new NodeStatus
        {
            Conditions =
            [
                new NodeCondition
                {
                    Type = "Ready", Status = ready ? "True" : "False", Reason = ready ? "KubeletReady" : "KubeletNotReady",
                    LastHeartbeatTime = Now, LastTransitionTime = Now.AddMinutes(-9),
                },
            ],
            Capacity = [new("cpu", Quantity.Parse("4")), new("memory", Quantity.Parse("8Gi")), new("pods", Quantity.Parse("110"))],
            Allocatable = [new("cpu", Quantity.Parse("4")), new("memory", Quantity.Parse("8Gi")), new("pods", Quantity.Parse("110"))],
        },
    };

    public static Namespace Namespace(string name) => new() { Metadata = Meta(name, "") };

    public static ConfigMap ConfigMap(string name, string ns = "default", Map<string>? data = null, Map<string>? labels = null) =>
        new() { Metadata = Meta(name, ns, labels), Data = data ?? [] };
}
