using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>A group of containers that share a network address and volumes and run together on one node.</summary>
[Resource("", "v1", "pods", Namespaced = true, ShortNames = ["po"], Categories = ["all"])]
public sealed partial record Pod : IResource<Pod>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public PodSpec Spec { get; init; } = PodSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
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

    /// <summary>Containers added to the running pod for debugging; set through the ephemeralcontainers subresource only.</summary>
    [Proto(34), Merge("name"), ListMap("name")]
    public IReadOnlyList<EphemeralContainer> EphemeralContainers { get; init; } = [];

    /// <summary>When a container that ended is started again: Always, OnFailure or Never.</summary>
    [Proto(3), OneOf(typeof(RestartPolicy))]
    public string RestartPolicy { get; init; } = "";

    /// <summary>Seconds between the request to stop and the kill. Default 30.</summary>
    [Proto(4)]
    public long? TerminationGracePeriodSeconds { get; init; }

    /// <summary>Seconds after the start at which the pod is stopped and marked failed.</summary>
    [Proto(5)]
    public long? ActiveDeadlineSeconds { get; init; }

    /// <summary>Where the containers look names up: ClusterFirst (default), ClusterFirstWithHostNet, Default (as the node does) or None.</summary>
    [Proto(6), JsonName("dnsPolicy"), OneOf(typeof(DNSPolicy))]
    public string DNSPolicy { get; init; } = "";

    /// <summary>Labels a node must have to run the pod.</summary>
    [Proto(7), AtomicMap]
    public Map<string> NodeSelector { get; init; } = [];

    /// <summary>Service account the pod runs as.</summary>
    [Proto(8)]
    public string ServiceAccountName { get; init; } = "";

    /// <summary>Old name of serviceAccountName.</summary>
    [Proto(9), JsonName("serviceAccount")]
    public string DeprecatedServiceAccount { get; init; } = "";

    /// <summary>Whether a token of the service account is mounted into the containers.</summary>
    [Proto(21)]
    public bool? AutomountServiceAccountToken { get; init; }

    /// <summary>Node the pod is assigned to; set by the scheduler.</summary>
    [Proto(10)]
    public string NodeName { get; init; } = "";

    /// <summary>Use the network of the node instead of an own address.</summary>
    [Proto(11)]
    public bool HostNetwork { get; init; }

    /// <summary>Use the process namespace of the node.</summary>
    [Proto(12)]
    public bool HostPID { get; init; }

    /// <summary>Use the IPC namespace of the node.</summary>
    [Proto(13)]
    public bool HostIPC { get; init; }

    /// <summary>Let all containers of the pod see each other's processes.</summary>
    [Proto(27)]
    public bool? ShareProcessNamespace { get; init; }

    /// <summary>Users, groups and kernel settings that hold for all containers unless they state their own.</summary>
    [Proto(14)]
    public PodSecurityContext? SecurityContext { get; init; }

    /// <summary>Secrets of this namespace with credentials for the images' registries.</summary>
    [Proto(15), Merge("name"), ListMap("name")]
    public IReadOnlyList<LocalObjectReference> ImagePullSecrets { get; init; } = [];

    /// <summary>Host name inside the pod. Default: the name of the pod.</summary>
    [Proto(16)]
    public string Hostname { get; init; } = "";

    /// <summary>With it, the pod's full name is hostname.subdomain.namespace.svc and the cluster's domain.</summary>
    [Proto(17)]
    public string Subdomain { get; init; } = "";

    /// <summary>Rules and wishes about the node and about the pods nearby.</summary>
    [Proto(18)]
    public Affinity? Affinity { get; init; }

    /// <summary>Scheduler that places the pod. Default: default-scheduler.</summary>
    [Proto(19)]
    public string SchedulerName { get; init; } = "";

    /// <summary>Taints of nodes that the pod puts up with.</summary>
    [Proto(22), ListAtomic]
    public IReadOnlyList<Toleration> Tolerations { get; init; } = [];

    /// <summary>Extra lines of the hosts file of the containers.</summary>
    [Proto(23), Merge("ip"), ListMap("ip")]
    public IReadOnlyList<HostAlias> HostAliases { get; init; } = [];

    /// <summary>Priority class the pod's priority is taken from.</summary>
    [Proto(24)]
    public string PriorityClassName { get; init; } = "";

    /// <summary>The higher, the sooner the pod is placed, if need be instead of others. Filled in from the priority class.</summary>
    [Proto(25)]
    public int? Priority { get; init; }

    /// <summary>Name servers, search domains and options on top of what dnsPolicy gives.</summary>
    [Proto(26), JsonName("dnsConfig")]
    public PodDNSConfig? DNSConfig { get; init; }

    /// <summary>Conditions that others set and that must be true for the pod to be ready.</summary>
    [Proto(28), ListAtomic]
    public IReadOnlyList<PodReadinessGate> ReadinessGates { get; init; } = [];

    /// <summary>RuntimeClass that says which runtime handler runs the pod.</summary>
    [Proto(29)]
    public string? RuntimeClassName { get; init; }

    /// <summary>Whether services of the namespace appear as environment variables. Default true.</summary>
    [Proto(30)]
    public bool? EnableServiceLinks { get; init; }

    /// <summary>Never, or PreemptLowerPriority (default): whether less important pods may be evicted for this one.</summary>
    [Proto(31), OneOf(typeof(PreemptionPolicy))]
    public string? PreemptionPolicy { get; init; }

    /// <summary>What running the pod takes beyond its containers; filled in from the runtime class.</summary>
    [Proto(32)]
    public Map<Quantity> Overhead { get; init; } = [];

    /// <summary>How evenly pods of this kind lie over zones, nodes or other domains; all must hold.</summary>
    [Proto(33), Merge("topologyKey"), ListMap("topologyKey", "whenUnsatisfiable")]
    public IReadOnlyList<TopologySpreadConstraint> TopologySpreadConstraints { get; init; } = [];

    /// <summary>Use the full domain name as the kernel's host name. Default false.</summary>
    [Proto(35)]
    public bool? SetHostnameAsFQDN { get; init; }

    /// <summary>Operating system the containers are made for.</summary>
    [Proto(36), JsonName("os")]
    public PodOS? OS { get; init; }

    /// <summary>False gives the pod a user namespace of its own. Default true.</summary>
    [Proto(37)]
    public bool? HostUsers { get; init; }

    /// <summary>While there are any, the pod is not placed. They can be removed but not added.</summary>
    [Proto(38), Merge("name"), ListMap("name")]
    public IReadOnlyList<PodSchedulingGate> SchedulingGates { get; init; } = [];

    /// <summary>Resource claims that must be allocated before the pod starts.</summary>
    [Proto(39), Merge("name"), RetainKeys, ListMap("name")]
    public IReadOnlyList<PodResourceClaim> ResourceClaims { get; init; } = [];

    /// <summary>What all containers together need and may use at most.</summary>
    [Proto(40)]
    public ResourceRequirements? Resources { get; init; }

    /// <summary>Host name that the pod gets whatever its other fields say.</summary>
    [Proto(41)]
    public string? HostnameOverride { get; init; }

    [Proto(43)]
    public PodSchedulingGroup? SchedulingGroup { get; init; }
}

/// <summary>What is known about a pod at the moment; written by the kubelet of its node.</summary>
public sealed partial record PodStatus : IApiType<PodStatus>
{
    /// <summary>The metadata.generation that this status speaks of.</summary>
    [Proto(17)]
    public long ObservedGeneration { get; init; }

    /// <summary>Pending, Running, Succeeded, Failed or Unknown: a summary; the conditions and container states say more.</summary>
    [Proto(1), OneOf(typeof(PodPhase))]
    public string Phase { get; init; } = "";

    /// <summary>Milestones of the pod: PodScheduled, Initialized, ContainersReady, Ready and others.</summary>
    [Proto(2), Merge("type"), ListMap("type")]
    public IReadOnlyList<PodCondition> Conditions { get; init; } = [];

    /// <summary>A sentence about why the pod is in this state.</summary>
    [Proto(3)]
    public string Message { get; init; } = "";

    /// <summary>One word about why the pod is in this state, such as Evicted.</summary>
    [Proto(4)]
    public string Reason { get; init; } = "";

    /// <summary>Node on which room is being made for the pod; it may still end up elsewhere.</summary>
    [Proto(11)]
    public string NominatedNodeName { get; init; } = "";

    /// <summary>Address of the node the pod runs on.</summary>
    [Proto(5)]
    public string HostIP { get; init; } = "";

    /// <summary>Addresses of the node, at most one of each family; the first is hostIP.</summary>
    [Proto(16), Merge("ip"), ListAtomic]
    public IReadOnlyList<HostIP> HostIPs { get; init; } = [];

    /// <summary>Address of the pod, reachable from within the cluster.</summary>
    [Proto(6)]
    public string PodIP { get; init; } = "";

    /// <summary>Addresses of the pod, at most one of each family; the first is podIP.</summary>
    [Proto(12), Merge("ip"), ListMap("ip")]
    public IReadOnlyList<PodIP> PodIPs { get; init; } = [];

    /// <summary>When the node took the pod over, before its images were pulled.</summary>
    [Proto(7)]
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>State of each init container.</summary>
    [Proto(10), ListAtomic]
    public IReadOnlyList<ContainerStatus> InitContainerStatuses { get; init; } = [];

    /// <summary>State of each container.</summary>
    [Proto(8), ListAtomic]
    public IReadOnlyList<ContainerStatus> ContainerStatuses { get; init; } = [];

    /// <summary>Guaranteed, Burstable or BestEffort: who loses first when the node runs short. Follows from the resources.</summary>
    [Proto(9), JsonName("qosClass"), OneOf(typeof(PodQOSClass))]
    public string QOSClass { get; init; } = "";

    /// <summary>State of each ephemeral container.</summary>
    [Proto(13), ListAtomic]
    public IReadOnlyList<ContainerStatus> EphemeralContainerStatuses { get; init; } = [];

    /// <summary>Old form of the resize conditions.</summary>
    [Proto(14)]
    public string Resize { get; init; } = "";

    /// <summary>Which ResourceClaim objects stand for the pod's claims.</summary>
    [Proto(15), Merge("name"), RetainKeys, ListMap("name")]
    public IReadOnlyList<PodResourceClaimStatus> ResourceClaimStatuses { get; init; } = [];

    [Proto(18)]
    public PodExtendedResourceClaimStatus? ExtendedResourceClaimStatus { get; init; }

    /// <summary>What the node has set aside for the pod as a whole.</summary>
    [Proto(19)]
    public Map<Quantity> AllocatedResources { get; init; } = [];

    /// <summary>Requests and limits of the pod as a whole that are in force.</summary>
    [Proto(20)]
    public ResourceRequirements? Resources { get; init; }

    [Proto(21), ListAtomic]
    public IReadOnlyList<NodeAllocatableResourceClaimStatus> NodeAllocatableResourceClaimStatuses { get; init; } = [];
}

/// <summary>One milestone of a pod and whether it is reached.</summary>
public sealed partial record PodCondition : IApiType<PodCondition>
{
    /// <summary>What is spoken of.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    /// <summary>The metadata.generation that the condition speaks of.</summary>
    [Proto(7)]
    public long ObservedGeneration { get; init; }

    /// <summary>True, False or Unknown.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string Status { get; init; } = "";

    /// <summary>When it was looked at last.</summary>
    [Proto(3), WrittenWhenEmpty]
    public DateTimeOffset? LastProbeTime { get; init; }

    /// <summary>When the status changed last.</summary>
    [Proto(4), WrittenWhenEmpty]
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>One word about the last change, for machines.</summary>
    [Proto(5)]
    public string Reason { get; init; } = "";

    /// <summary>A sentence about it, for people.</summary>
    [Proto(6)]
    public string Message { get; init; } = "";
}
