using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>A machine of the cluster that runs pods.</summary>
[Resource("", "v1", "nodes", Namespaced = false, ShortNames = ["no"])]
public sealed partial record Node : IResource<Node>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2)]
    public NodeSpec Spec { get; init; } = NodeSpec.Empty;

    [Proto(3)]
    public NodeStatus Status { get; init; } = NodeStatus.Empty;
}

public sealed partial record NodeSpec : IApiType<NodeSpec>
{
    [Proto(1)]
    public string PodCIDR { get; init; } = "";

    [Proto(7), Merge, ListSet]
    public IReadOnlyList<string> PodCIDRs { get; init; } = [];

    [Proto(3)]
    public string ProviderID { get; init; } = "";

    [Proto(4)]
    public bool Unschedulable { get; init; }

    [Proto(5), ListAtomic]
    public IReadOnlyList<Taint> Taints { get; init; } = [];

    [Proto(6)]
    public NodeConfigSource? ConfigSource { get; init; }

    [Proto(2), JsonName("externalID")]
    public string DoNotUseExternalID { get; init; } = "";
}

public sealed partial record NodeStatus : IApiType<NodeStatus>
{
    [Proto(1)]
    public Map<Quantity> Capacity { get; init; } = [];

    [Proto(2)]
    public Map<Quantity> Allocatable { get; init; } = [];

    [Proto(3), OneOf(typeof(NodePhase))]
    public string Phase { get; init; } = "";

    [Proto(4), Merge("type"), ListMap("type")]
    public IReadOnlyList<NodeCondition> Conditions { get; init; } = [];

    [Proto(5), Merge("type"), ListMap("type")]
    public IReadOnlyList<NodeAddress> Addresses { get; init; } = [];

    [Proto(6)]
    public NodeDaemonEndpoints DaemonEndpoints { get; init; } = NodeDaemonEndpoints.Empty;

    [Proto(7)]
    public NodeSystemInfo NodeInfo { get; init; } = NodeSystemInfo.Empty;

    [Proto(8), ListAtomic]
    public IReadOnlyList<ContainerImage> Images { get; init; } = [];

    [Proto(9), ListAtomic]
    public IReadOnlyList<string> VolumesInUse { get; init; } = [];

    [Proto(10), ListAtomic]
    public IReadOnlyList<AttachedVolume> VolumesAttached { get; init; } = [];

    [Proto(11)]
    public NodeConfigStatus? Config { get; init; }

    [Proto(12), ListAtomic]
    public IReadOnlyList<NodeRuntimeHandler> RuntimeHandlers { get; init; } = [];

    [Proto(13)]
    public NodeFeatures? Features { get; init; }

    [Proto(14), ListAtomic]
    public IReadOnlyList<string> DeclaredFeatures { get; init; } = [];
}

public sealed partial record NodeCondition : IApiType<NodeCondition>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Status { get; init; } = "";

    [Proto(3), WrittenWhenEmpty]
    public DateTimeOffset? LastHeartbeatTime { get; init; }

    [Proto(4), WrittenWhenEmpty]
    public DateTimeOffset? LastTransitionTime { get; init; }

    [Proto(5)]
    public string Reason { get; init; } = "";

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

public sealed partial record ContainerImage : IApiType<ContainerImage>
{
    [Proto(1), WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<string> Names { get; init; } = [];

    [Proto(2)]
    public long SizeBytes { get; init; }
}

public sealed partial record NodeAddress : IApiType<NodeAddress>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

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
    [Proto(1)]
    public DaemonEndpoint KubeletEndpoint { get; init; } = DaemonEndpoint.Empty;
}

public sealed partial record DaemonEndpoint : IApiType<DaemonEndpoint>
{
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
