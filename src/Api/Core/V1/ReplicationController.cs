using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>A set of interchangeable pods; superseded by ReplicaSet.</summary>
[Resource("", "v1", "replicationcontrollers", Namespaced = true, ShortNames = ["rc"], Categories = ["all"])]
public sealed partial record ReplicationController : IResource<ReplicationController>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public ReplicationControllerSpec Spec { get; init; } = ReplicationControllerSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public ReplicationControllerStatus Status { get; init; } = ReplicationControllerStatus.Empty;
}

public sealed partial record ReplicationControllerSpec : IApiType<ReplicationControllerSpec>
{
    [Proto(1), Default(1)]
    public int? Replicas { get; init; }

    [Proto(4), Default(0)]
    public int MinReadySeconds { get; init; }

    [Proto(2), AtomicMap]
    public Map<string> Selector { get; init; } = [];

    [Proto(3)]
    public PodTemplateSpec? Template { get; init; }
}

public sealed partial record ReplicationControllerStatus : IApiType<ReplicationControllerStatus>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public int Replicas { get; init; }

    [Proto(2)]
    public int FullyLabeledReplicas { get; init; }

    [Proto(4)]
    public int ReadyReplicas { get; init; }

    [Proto(5)]
    public int AvailableReplicas { get; init; }

    [Proto(3)]
    public long ObservedGeneration { get; init; }

    [Proto(6), Merge("type"), ListMap("type")]
    public IReadOnlyList<ReplicationControllerCondition> Conditions { get; init; } = [];
}

public sealed partial record ReplicationControllerCondition : IApiType<ReplicationControllerCondition>
{
    /// <summary>What is spoken of.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    /// <summary>True, False or Unknown.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string Status { get; init; } = "";

    /// <summary>When the status changed last.</summary>
    [Proto(3), WrittenWhenEmpty]
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>One word about the last change, for machines.</summary>
    [Proto(4)]
    public string Reason { get; init; } = "";

    /// <summary>A sentence about it, for people.</summary>
    [Proto(5)]
    public string Message { get; init; } = "";
}
