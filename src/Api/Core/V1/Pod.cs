using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>A group of containers that share a network address and volumes and run together on one node.</summary>
[Resource("", "v1", "pods", Namespaced = true, ShortNames = ["po"], Categories = ["all"])]
public sealed partial record Pod : IResource<Pod>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2)]
    public PodSpec Spec { get; init; } = PodSpec.Empty;

    [Proto(3)]
    public PodStatus Status { get; init; } = PodStatus.Empty;
}

/// <summary>What a pod is made of and how it wants to be run.</summary>
public sealed partial record PodSpec : IApiType<PodSpec>
{
    /// <summary>Volumes that the containers can mount.</summary>
    [Proto(1), Merge("name"), RetainKeys, ListMap("name")]
    public IReadOnlyList<Volume> Volumes { get; init; } = [];

    /// <summary>Containers that run to completion, in order, before the others start.</summary>
    [Proto(20), Merge("name"), ListMap("name")]
    public IReadOnlyList<Container> InitContainers { get; init; } = [];

    /// <summary>The containers of the pod; at least one.</summary>
    [Proto(2), Required, WrittenWhenEmpty, Merge("name"), ListMap("name")]
    public IReadOnlyList<Container> Containers { get; init; } = [];

    [Proto(34), Merge("name"), ListMap("name")]
    public IReadOnlyList<EphemeralContainer> EphemeralContainers { get; init; } = [];

    /// <summary>When a container that ended is started again: Always, OnFailure or Never.</summary>
    [Proto(3), OneOf(typeof(RestartPolicy))]
    public string RestartPolicy { get; init; } = "";

    /// <summary>Seconds between the request to stop and the kill. Default 30.</summary>
    [Proto(4)]
    public long? TerminationGracePeriodSeconds { get; init; }

    [Proto(5)]
    public long? ActiveDeadlineSeconds { get; init; }

    [Proto(6), JsonName("dnsPolicy"), OneOf(typeof(DNSPolicy))]
    public string DNSPolicy { get; init; } = "";

    /// <summary>Labels a node must have to run the pod.</summary>
    [Proto(7), AtomicMap]
    public Map<string> NodeSelector { get; init; } = [];

    /// <summary>Service account the pod runs as.</summary>
    [Proto(8)]
    public string ServiceAccountName { get; init; } = "";

    [Proto(9), JsonName("serviceAccount")]
    public string DeprecatedServiceAccount { get; init; } = "";

    [Proto(21)]
    public bool? AutomountServiceAccountToken { get; init; }

    /// <summary>Node the pod is assigned to; set by the scheduler.</summary>
    [Proto(10)]
    public string NodeName { get; init; } = "";

    /// <summary>Use the network of the node instead of an own address.</summary>
    [Proto(11)]
    public bool HostNetwork { get; init; }

    [Proto(12)]
    public bool HostPID { get; init; }

    [Proto(13)]
    public bool HostIPC { get; init; }

    [Proto(27)]
    public bool? ShareProcessNamespace { get; init; }

    [Proto(14)]
    public PodSecurityContext? SecurityContext { get; init; }

    [Proto(15), Merge("name"), ListMap("name")]
    public IReadOnlyList<LocalObjectReference> ImagePullSecrets { get; init; } = [];

    [Proto(16)]
    public string Hostname { get; init; } = "";

    [Proto(17)]
    public string Subdomain { get; init; } = "";

    [Proto(18)]
    public Affinity? Affinity { get; init; }

    [Proto(19)]
    public string SchedulerName { get; init; } = "";

    /// <summary>Taints of nodes that the pod puts up with.</summary>
    [Proto(22), ListAtomic]
    public IReadOnlyList<Toleration> Tolerations { get; init; } = [];

    [Proto(23), Merge("ip"), ListMap("ip")]
    public IReadOnlyList<HostAlias> HostAliases { get; init; } = [];

    [Proto(24)]
    public string PriorityClassName { get; init; } = "";

    [Proto(25)]
    public int? Priority { get; init; }

    [Proto(26), JsonName("dnsConfig")]
    public PodDNSConfig? DNSConfig { get; init; }

    [Proto(28), ListAtomic]
    public IReadOnlyList<PodReadinessGate> ReadinessGates { get; init; } = [];

    [Proto(29)]
    public string? RuntimeClassName { get; init; }

    [Proto(30)]
    public bool? EnableServiceLinks { get; init; }

    [Proto(31), OneOf(typeof(PreemptionPolicy))]
    public string? PreemptionPolicy { get; init; }

    [Proto(32)]
    public Map<Quantity> Overhead { get; init; } = [];

    [Proto(33), Merge("topologyKey"), ListMap("topologyKey", "whenUnsatisfiable")]
    public IReadOnlyList<TopologySpreadConstraint> TopologySpreadConstraints { get; init; } = [];

    [Proto(35)]
    public bool? SetHostnameAsFQDN { get; init; }

    [Proto(36), JsonName("os")]
    public PodOS? OS { get; init; }

    [Proto(37)]
    public bool? HostUsers { get; init; }

    [Proto(38), Merge("name"), ListMap("name")]
    public IReadOnlyList<PodSchedulingGate> SchedulingGates { get; init; } = [];

    [Proto(39), Merge("name"), RetainKeys, ListMap("name")]
    public IReadOnlyList<PodResourceClaim> ResourceClaims { get; init; } = [];

    [Proto(40)]
    public ResourceRequirements? Resources { get; init; }

    [Proto(41)]
    public string? HostnameOverride { get; init; }

    [Proto(43)]
    public PodSchedulingGroup? SchedulingGroup { get; init; }
}

/// <summary>What is known about a pod at the moment; written by the kubelet of its node.</summary>
public sealed partial record PodStatus : IApiType<PodStatus>
{
    [Proto(17)]
    public long ObservedGeneration { get; init; }

    [Proto(1), OneOf(typeof(PodPhase))]
    public string Phase { get; init; } = "";

    [Proto(2), Merge("type"), ListMap("type")]
    public IReadOnlyList<PodCondition> Conditions { get; init; } = [];

    [Proto(3)]
    public string Message { get; init; } = "";

    [Proto(4)]
    public string Reason { get; init; } = "";

    [Proto(11)]
    public string NominatedNodeName { get; init; } = "";

    [Proto(5)]
    public string HostIP { get; init; } = "";

    [Proto(16), Merge("ip"), ListAtomic]
    public IReadOnlyList<HostIP> HostIPs { get; init; } = [];

    [Proto(6)]
    public string PodIP { get; init; } = "";

    [Proto(12), Merge("ip"), ListMap("ip")]
    public IReadOnlyList<PodIP> PodIPs { get; init; } = [];

    [Proto(7)]
    public DateTimeOffset? StartTime { get; init; }

    [Proto(10), ListAtomic]
    public IReadOnlyList<ContainerStatus> InitContainerStatuses { get; init; } = [];

    [Proto(8), ListAtomic]
    public IReadOnlyList<ContainerStatus> ContainerStatuses { get; init; } = [];

    [Proto(9), JsonName("qosClass"), OneOf(typeof(PodQOSClass))]
    public string QOSClass { get; init; } = "";

    [Proto(13), ListAtomic]
    public IReadOnlyList<ContainerStatus> EphemeralContainerStatuses { get; init; } = [];

    [Proto(14)]
    public string Resize { get; init; } = "";

    [Proto(15), Merge("name"), RetainKeys, ListMap("name")]
    public IReadOnlyList<PodResourceClaimStatus> ResourceClaimStatuses { get; init; } = [];

    [Proto(18)]
    public PodExtendedResourceClaimStatus? ExtendedResourceClaimStatus { get; init; }

    [Proto(19)]
    public Map<Quantity> AllocatedResources { get; init; } = [];

    [Proto(20)]
    public ResourceRequirements? Resources { get; init; }

    [Proto(21), ListAtomic]
    public IReadOnlyList<NodeAllocatableResourceClaimStatus> NodeAllocatableResourceClaimStatuses { get; init; } = [];
}

public sealed partial record PodCondition : IApiType<PodCondition>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    [Proto(7)]
    public long ObservedGeneration { get; init; }

    [Proto(2), Required, WrittenWhenEmpty]
    public string Status { get; init; } = "";

    [Proto(3), WrittenWhenEmpty]
    public DateTimeOffset? LastProbeTime { get; init; }

    [Proto(4), WrittenWhenEmpty]
    public DateTimeOffset? LastTransitionTime { get; init; }

    [Proto(5)]
    public string Reason { get; init; } = "";

    [Proto(6)]
    public string Message { get; init; } = "";
}
