using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.Apps.V1;

/// <summary>Pods with fixed names and volumes of their own, started and replaced in order.</summary>
[Resource("apps", "v1", "statefulsets", Namespaced = true, ShortNames = ["sts"], Categories = ["all"])]
public sealed partial record StatefulSet : IResource<StatefulSet>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2)]
    public StatefulSetSpec Spec { get; init; } = StatefulSetSpec.Empty;

    [Proto(3)]
    public StatefulSetStatus Status { get; init; } = StatefulSetStatus.Empty;
}

public sealed partial record StatefulSetSpec : IApiType<StatefulSetSpec>
{
    [Proto(1)]
    public int? Replicas { get; init; }

    [Proto(2), Required, WrittenWhenEmpty]
    public LabelSelector? Selector { get; init; }

    [Proto(3), Required]
    public PodTemplateSpec Template { get; init; } = PodTemplateSpec.Empty;

    [Proto(4), ListAtomic]
    public IReadOnlyList<PersistentVolumeClaim> VolumeClaimTemplates { get; init; } = [];

    [Proto(5), WrittenWhenEmpty]
    public string ServiceName { get; init; } = "";

    [Proto(6), OneOf(typeof(PodManagementPolicyType))]
    public string PodManagementPolicy { get; init; } = "";

    [Proto(7)]
    public StatefulSetUpdateStrategy UpdateStrategy { get; init; } = StatefulSetUpdateStrategy.Empty;

    [Proto(8)]
    public int? RevisionHistoryLimit { get; init; }

    [Proto(9)]
    public int MinReadySeconds { get; init; }

    [Proto(10)]
    public StatefulSetPersistentVolumeClaimRetentionPolicy? PersistentVolumeClaimRetentionPolicy { get; init; }

    [Proto(11)]
    public StatefulSetOrdinals? Ordinals { get; init; }
}

public sealed partial record StatefulSetStatus : IApiType<StatefulSetStatus>
{
    [Proto(1)]
    public long ObservedGeneration { get; init; }

    [Proto(2), Required, WrittenWhenEmpty]
    public int Replicas { get; init; }

    [Proto(3)]
    public int ReadyReplicas { get; init; }

    [Proto(4)]
    public int CurrentReplicas { get; init; }

    [Proto(5)]
    public int UpdatedReplicas { get; init; }

    [Proto(6)]
    public string CurrentRevision { get; init; } = "";

    [Proto(7)]
    public string UpdateRevision { get; init; } = "";

    [Proto(9)]
    public int? CollisionCount { get; init; }

    [Proto(10), Merge("type"), ListMap("type")]
    public IReadOnlyList<StatefulSetCondition> Conditions { get; init; } = [];

    [Proto(11), WrittenWhenEmpty]
    public int AvailableReplicas { get; init; }
}

public sealed partial record StatefulSetCondition : IApiType<StatefulSetCondition>
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

/// <summary>The values of a PodManagementPolicyType.</summary>
public static class PodManagementPolicyType
{
    public const string OrderedReadyPodManagement = "OrderedReady";
    public const string ParallelPodManagement = "Parallel";
}

public sealed partial record StatefulSetOrdinals : IApiType<StatefulSetOrdinals>
{
    [Proto(1), WrittenWhenEmpty]
    public int Start { get; init; }
}

public sealed partial record StatefulSetPersistentVolumeClaimRetentionPolicy : IApiType<StatefulSetPersistentVolumeClaimRetentionPolicy>
{
    [Proto(1)]
    public string WhenDeleted { get; init; } = "";

    [Proto(2)]
    public string WhenScaled { get; init; } = "";
}

public sealed partial record StatefulSetUpdateStrategy : IApiType<StatefulSetUpdateStrategy>
{
    [Proto(1), OneOf(typeof(StatefulSetUpdateStrategyType))]
    public string Type { get; init; } = "";

    [Proto(2)]
    public RollingUpdateStatefulSetStrategy? RollingUpdate { get; init; }
}

public sealed partial record RollingUpdateStatefulSetStrategy : IApiType<RollingUpdateStatefulSetStrategy>
{
    [Proto(1)]
    public int? Partition { get; init; }

    [Proto(2)]
    public IntOrString? MaxUnavailable { get; init; }
}

/// <summary>The values of a StatefulSetUpdateStrategyType.</summary>
public static class StatefulSetUpdateStrategyType
{
    public const string OnDeleteStatefulSetStrategyType = "OnDelete";
    public const string RollingUpdateStatefulSetStrategyType = "RollingUpdate";
}
