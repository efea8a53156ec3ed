using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.Apps.V1;

/// <summary>One pod on every node that matches.</summary>
[Resource("apps", "v1", "daemonsets", Namespaced = true, ShortNames = ["ds"], Categories = ["all"])]
public sealed partial record DaemonSet : IResource<DaemonSet>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2)]
    public DaemonSetSpec Spec { get; init; } = DaemonSetSpec.Empty;

    [Proto(3)]
    public DaemonSetStatus Status { get; init; } = DaemonSetStatus.Empty;
}

public sealed partial record DaemonSetSpec : IApiType<DaemonSetSpec>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public LabelSelector? Selector { get; init; }

    [Proto(2), Required]
    public PodTemplateSpec Template { get; init; } = PodTemplateSpec.Empty;

    [Proto(3)]
    public DaemonSetUpdateStrategy UpdateStrategy { get; init; } = DaemonSetUpdateStrategy.Empty;

    [Proto(4)]
    public int MinReadySeconds { get; init; }

    [Proto(6)]
    public int? RevisionHistoryLimit { get; init; }
}

public sealed partial record DaemonSetStatus : IApiType<DaemonSetStatus>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public int CurrentNumberScheduled { get; init; }

    [Proto(2), Required, WrittenWhenEmpty]
    public int NumberMisscheduled { get; init; }

    [Proto(3), Required, WrittenWhenEmpty]
    public int DesiredNumberScheduled { get; init; }

    [Proto(4), Required, WrittenWhenEmpty]
    public int NumberReady { get; init; }

    [Proto(5)]
    public long ObservedGeneration { get; init; }

    [Proto(6)]
    public int UpdatedNumberScheduled { get; init; }

    [Proto(7)]
    public int NumberAvailable { get; init; }

    [Proto(8)]
    public int NumberUnavailable { get; init; }

    [Proto(9)]
    public int? CollisionCount { get; init; }

    [Proto(10), Merge("type"), ListMap("type")]
    public IReadOnlyList<DaemonSetCondition> Conditions { get; init; } = [];
}

public sealed partial record DaemonSetCondition : IApiType<DaemonSetCondition>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Status { get; init; } = "";

    [Proto(3), WrittenWhenEmpty]
    public DateTimeOffset? LastTransitionTime { get; init; }

    [Proto(4)]
    public string Reason { get; init; } = "";

    [Proto(5)]
    public string Message { get; init; } = "";
}

public sealed partial record DaemonSetUpdateStrategy : IApiType<DaemonSetUpdateStrategy>
{
    [Proto(1), OneOf(typeof(DaemonSetUpdateStrategyType))]
    public string Type { get; init; } = "";

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
    [Proto(1)]
    public IntOrString? MaxUnavailable { get; init; }

    [Proto(2)]
    public IntOrString? MaxSurge { get; init; }
}
