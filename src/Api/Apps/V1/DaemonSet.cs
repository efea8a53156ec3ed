using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.Apps.V1;

/// <summary>One pod on every node that matches.</summary>
[Resource("apps", "v1", "daemonsets", Namespaced = true, ShortNames = ["ds"], Categories = ["all"])]
public sealed partial record DaemonSet : IResource<DaemonSet>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public DaemonSetSpec Spec { get; init; } = DaemonSetSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public DaemonSetStatus Status { get; init; } = DaemonSetStatus.Empty;
}

/// <summary>A pod for each of a choice of nodes.</summary>
public sealed partial record DaemonSetSpec : IApiType<DaemonSetSpec>
{
    /// <summary>Labels of the pods that belong to the set; must match the template. Cannot be changed.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public LabelSelector? Selector { get; init; }

    /// <summary>The pod to run. Its node selector and affinity choose the nodes.</summary>
    [Proto(2), Required]
    public PodTemplateSpec Template { get; init; } = PodTemplateSpec.Empty;

    /// <summary>How pods are replaced after a change of the template.</summary>
    [Proto(3)]
    public DaemonSetUpdateStrategy UpdateStrategy { get; init; } = DaemonSetUpdateStrategy.Empty;

    /// <summary>Seconds a pod must be ready to count as available.</summary>
    [Proto(4)]
    public int MinReadySeconds { get; init; }

    /// <summary>Old templates to keep for a rollback. Default 10.</summary>
    [Proto(6)]
    public int? RevisionHistoryLimit { get; init; }
}

public sealed partial record DaemonSetStatus : IApiType<DaemonSetStatus>
{
    /// <summary>Nodes that run a pod of the set and should.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public int CurrentNumberScheduled { get; init; }

    /// <summary>Nodes that run a pod of the set and should not.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public int NumberMisscheduled { get; init; }

    /// <summary>Nodes that should run a pod of the set.</summary>
    [Proto(3), Required, WrittenWhenEmpty]
    public int DesiredNumberScheduled { get; init; }

    /// <summary>Nodes that should run a pod and have a ready one.</summary>
    [Proto(4), Required, WrittenWhenEmpty]
    public int NumberReady { get; init; }

    /// <summary>The metadata.generation that this status speaks of.</summary>
    [Proto(5)]
    public long ObservedGeneration { get; init; }

    /// <summary>Nodes that run a pod of the newest template.</summary>
    [Proto(6)]
    public int UpdatedNumberScheduled { get; init; }

    /// <summary>Nodes that should run a pod and have an available one.</summary>
    [Proto(7)]
    public int NumberAvailable { get; init; }

    /// <summary>Nodes that should run a pod and have no available one.</summary>
    [Proto(8)]
    public int NumberUnavailable { get; init; }

    [Proto(9)]
    public int? CollisionCount { get; init; }

    [Proto(10), Merge("type"), ListMap("type")]
    public IReadOnlyList<DaemonSetCondition> Conditions { get; init; } = [];
}

public sealed partial record DaemonSetCondition : IApiType<DaemonSetCondition>
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

public sealed partial record DaemonSetUpdateStrategy : IApiType<DaemonSetUpdateStrategy>
{
    /// <summary>RollingUpdate (default), or OnDelete: a pod is replaced when it is deleted.</summary>
    [Proto(1), OneOf(typeof(DaemonSetUpdateStrategyType))]
    public string Type { get; init; } = "";

    /// <summary>Settings of the rolling update.</summary>
    [Proto(2)]
    public RollingUpdateDaemonSet? RollingUpdate { get; init; }
}

/// <summary>The values of a DaemonSetUpdateStrategyType.</summary>
public static class DaemonSetUpdateStrategyType
{
    public const string OnDeleteDaemonSetStrategyType = "OnDelete";
    public const string RollingUpdateDaemonSetStrategyType = "RollingUpdate";
}

public sealed partial record RollingUpdateDaemonSet : IApiType<RollingUpdateDaemonSet>
{
    /// <summary>Nodes, by number or percentage, that may be without a pod at a time. Default 1.</summary>
    [Proto(1)]
    public IntOrString? MaxUnavailable { get; init; }

    /// <summary>Nodes, by number or percentage, that may run an old and a new pod at a time. Default 0.</summary>
    [Proto(2)]
    public IntOrString? MaxSurge { get; init; }
}
