using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>A machine of the cluster that runs pods.</summary>
[Resource("", "v1", "nodes", Namespaced = false, ShortNames = ["no"])]
public sealed partial record Node : IResource<Node>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public NodeSpec Spec { get; init; } = NodeSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public NodeStatus Status { get; init; } = NodeStatus.Empty;
}

/// <summary>How a node is meant to be used.</summary>
public sealed partial record NodeSpec : IApiType<NodeSpec>
{
    /// <summary>Network the addresses of the node's pods are from.</summary>
    [Proto(1)]
    public string PodCIDR { get; init; } = "";

    /// <summary>Networks of the node's pods, at most one per IP family; the first is podCIDR.</summary>
    [Proto(7), Merge, ListSet]
    public IReadOnlyList<string> PodCIDRs { get; init; } = [];

    /// <summary>Identity of the machine at its cloud, in the form provider://id.</summary>
    [Proto(3)]
    public string ProviderID { get; init; } = "";

    /// <summary>Take no new pods; what cordon sets.</summary>
    [Proto(4)]
    public bool Unschedulable { get; init; }

    /// <summary>Marks that keep away pods which do not tolerate them.</summary>
    [Proto(5), ListAtomic]
    public IReadOnlyList<Taint> Taints { get; init; } = [];

    [Proto(6)]
    public NodeConfigSource? ConfigSource { get; init; }

    [Proto(2), JsonName("externalID")]
    public string DoNotUseExternalID { get; init; } = "";
}

/// <summary>What is known about a node; written by its kubelet.</summary>
public sealed partial record NodeStatus : IApiType<NodeStatus>
{
    /// <summary>What the machine has.</summary>
    [Proto(1)]
    public Map<Quantity> Capacity { get; init; } = [];

    /// <summary>What of it pods can have.</summary>
    [Proto(2)]
    public Map<Quantity> Allocatable { get; init; } = [];

    /// <summary>Not used any more.</summary>
    [Proto(3), OneOf(typeof(NodePhase))]
    public string Phase { get; init; } = "";

    /// <summary>Ready, MemoryPressure, DiskPressure, PIDPressure and others.</summary>
    [Proto(4), Merge("type"), ListMap("type")]
    public IReadOnlyList<NodeCondition> Conditions { get; init; } = [];

    /// <summary>Addresses and names of the machine.</summary>
    [Proto(5), Merge("type"), ListMap("type")]
    public IReadOnlyList<NodeAddress> Addresses { get; init; } = [];

    /// <summary>Ports of the node's services.</summary>
    [Proto(6)]
    public NodeDaemonEndpoints DaemonEndpoints { get; init; } = NodeDaemonEndpoints.Empty;

    /// <summary>Versions and identities of the machine and its software.</summary>
    [Proto(7)]
    public NodeSystemInfo NodeInfo { get; init; } = NodeSystemInfo.Empty;

    /// <summary>Images that are on the node, the largest first; not necessarily all.</summary>
    [Proto(8), ListAtomic]
    public IReadOnlyList<ContainerImage> Images { get; init; } = [];

    /// <summary>Volumes that are mounted and must not be detached.</summary>
    [Proto(9), ListAtomic]
    public IReadOnlyList<string> VolumesInUse { get; init; } = [];

    /// <summary>Volumes that are attached.</summary>
    [Proto(10), ListAtomic]
    public IReadOnlyList<AttachedVolume> VolumesAttached { get; init; } = [];

    [Proto(11)]
    public NodeConfigStatus? Config { get; init; }

    /// <summary>Runtime handlers the node offers.</summary>
    [Proto(12), ListAtomic]
    public IReadOnlyList<NodeRuntimeHandler> RuntimeHandlers { get; init; } = [];

    /// <summary>What the node's runtime can do.</summary>
    [Proto(13)]
    public NodeFeatures? Features { get; init; }

    [Proto(14), ListAtomic]
    public IReadOnlyList<string> DeclaredFeatures { get; init; } = [];
}

public sealed partial record NodeCondition : IApiType<NodeCondition>
{
    /// <summary>What is spoken of.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    /// <summary>True, False or Unknown.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string Status { get; init; } = "";

    /// <summary>When it was confirmed last.</summary>
    [Proto(3), WrittenWhenEmpty]
    public DateTimeOffset? LastHeartbeatTime { get; init; }

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

public sealed partial record AttachedVolume : IApiType<AttachedVolume>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string DevicePath { get; init; } = "";
}

/// <summary>An image on a node.</summary>
public sealed partial record ContainerImage : IApiType<ContainerImage>
{
    /// <summary>Its names, with tag or digest.</summary>
    [Proto(1), WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Its size.</summary>
    [Proto(2)]
    public long SizeBytes { get; init; }
}

public sealed partial record NodeAddress : IApiType<NodeAddress>
{
    /// <summary>Hostname, InternalIP, ExternalIP, InternalDNS or ExternalDNS.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    /// <summary>The address or name.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string Address { get; init; } = "";
}

public sealed partial record NodeConfigStatus : IApiType<NodeConfigStatus>
{
    [Proto(1)]
    public NodeConfigSource? Assigned { get; init; }

    [Proto(2)]
    public NodeConfigSource? Active { get; init; }

    [Proto(3)]
    public NodeConfigSource? LastKnownGood { get; init; }

    [Proto(4)]
    public string Error { get; init; } = "";
}

public sealed partial record NodeDaemonEndpoints : IApiType<NodeDaemonEndpoints>
{
    /// <summary>Where the kubelet listens.</summary>
    [Proto(1)]
    public DaemonEndpoint KubeletEndpoint { get; init; } = DaemonEndpoint.Empty;
}

public sealed partial record DaemonEndpoint : IApiType<DaemonEndpoint>
{
    /// <summary>Number of the port.</summary>
    [Proto(1), JsonName("Port"), Required, WrittenWhenEmpty]
    public int Port { get; init; }
}

public sealed partial record NodeFeatures : IApiType<NodeFeatures>
{
    [Proto(1)]
    public bool? SupplementalGroupsPolicy { get; init; }
}

/// <summary>The values of a NodePhase.</summary>
public static class NodePhase
{
    public const string NodePending = "Pending";
    public const string NodeRunning = "Running";
    public const string NodeTerminated = "Terminated";
}

public sealed partial record NodeRuntimeHandler : IApiType<NodeRuntimeHandler>
{
    [Proto(1), WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2)]
    public NodeRuntimeHandlerFeatures? Features { get; init; }
}

public sealed partial record NodeRuntimeHandlerFeatures : IApiType<NodeRuntimeHandlerFeatures>
{
    [Proto(1)]
    public bool? RecursiveReadOnlyMounts { get; init; }

    [Proto(2)]
    public bool? UserNamespaces { get; init; }
}
