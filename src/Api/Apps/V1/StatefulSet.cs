using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.Apps.V1;

/// <summary>Pods with fixed names and volumes of their own, started and replaced in order.</summary>
[Resource("apps", "v1", "statefulsets", Namespaced = true, ShortNames = ["sts"], Categories = ["all"])]
public sealed partial record StatefulSet : IResource<StatefulSet>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public StatefulSetSpec Spec { get; init; } = StatefulSetSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public StatefulSetStatus Status { get; init; } = StatefulSetStatus.Empty;
}

/// <summary>Pods with names and volumes of their own.</summary>
public sealed partial record StatefulSetSpec : IApiType<StatefulSetSpec>
{
    /// <summary>Wanted number of pods. Default 1.</summary>
    [Proto(1)]
    public int? Replicas { get; init; }

    /// <summary>Labels of the pods that belong to the set; must match the template. Cannot be changed.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public LabelSelector? Selector { get; init; }

    /// <summary>The pod. Each gets the name of the set and its number.</summary>
    [Proto(3), Required]
    public PodTemplateSpec Template { get; init; } = PodTemplateSpec.Empty;

    /// <summary>Claims of which each pod gets its own, and keeps it when it is replaced.</summary>
    [Proto(4), ListAtomic, TypedItems]
    public IReadOnlyList<PersistentVolumeClaim> VolumeClaimTemplates { get; init; } = [];

    /// <summary>Headless service that gives the pods their names in DNS.</summary>
    [Proto(5), WrittenWhenEmpty]
    public string ServiceName { get; init; } = "";

    /// <summary>OrderedReady (default): one after the other; Parallel: all at once.</summary>
    [Proto(6), OneOf(typeof(PodManagementPolicyType))]
    public string PodManagementPolicy { get; init; } = "";

    /// <summary>How pods are replaced after a change of the template.</summary>
    [Proto(7)]
    public StatefulSetUpdateStrategy UpdateStrategy { get; init; } = StatefulSetUpdateStrategy.Empty;

    /// <summary>Old templates to keep for a rollback. Default 10.</summary>
    [Proto(8)]
    public int? RevisionHistoryLimit { get; init; }

    /// <summary>Seconds a pod must be ready to count as available.</summary>
    [Proto(9)]
    public int MinReadySeconds { get; init; }

    /// <summary>What becomes of the claims when the set is deleted or made smaller.</summary>
    [Proto(10)]
    public StatefulSetPersistentVolumeClaimRetentionPolicy? PersistentVolumeClaimRetentionPolicy { get; init; }

    /// <summary>Where the numbers of the pods begin.</summary>
    [Proto(11)]
    public StatefulSetOrdinals? Ordinals { get; init; }
}

public sealed partial record StatefulSetStatus : IApiType<StatefulSetStatus>
{
    /// <summary>The metadata.generation that this status speaks of.</summary>
    [Proto(1)]
    public long ObservedGeneration { get; init; }

    /// <summary>Pods of the set.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public int Replicas { get; init; }

    /// <summary>Pods that are ready.</summary>
    [Proto(3)]
    public int ReadyReplicas { get; init; }

    /// <summary>Pods of currentRevision.</summary>
    [Proto(4)]
    public int CurrentReplicas { get; init; }

    /// <summary>Pods of updateRevision.</summary>
    [Proto(5)]
    public int UpdatedReplicas { get; init; }

    /// <summary>Template of the pods that are not updated yet.</summary>
    [Proto(6)]
    public string CurrentRevision { get; init; } = "";

    /// <summary>Template of the pods that are updated.</summary>
    [Proto(7)]
    public string UpdateRevision { get; init; } = "";

    [Proto(9)]
    public int? CollisionCount { get; init; }

    [Proto(10), Merge("type"), ListMap("type")]
    public IReadOnlyList<StatefulSetCondition> Conditions { get; init; } = [];

    /// <summary>Pods that have been ready for minReadySeconds.</summary>
    [Proto(11), WrittenWhenEmpty]
    public int AvailableReplicas { get; init; }
}

public sealed partial record StatefulSetCondition : IApiType<StatefulSetCondition>
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

/// <summary>The values of a PodManagementPolicyType.</summary>
public static class PodManagementPolicyType
{
    public const string OrderedReadyPodManagement = "OrderedReady";
    public const string ParallelPodManagement = "Parallel";
}

public sealed partial record StatefulSetOrdinals : IApiType<StatefulSetOrdinals>
{
    /// <summary>Number of the first pod. Default 0.</summary>
    [Proto(1), WrittenWhenEmpty]
    public int Start { get; init; }
}

public sealed partial record StatefulSetPersistentVolumeClaimRetentionPolicy : IApiType<StatefulSetPersistentVolumeClaimRetentionPolicy>
{
    /// <summary>When the set is deleted: Retain (default) or Delete.</summary>
    [Proto(1)]
    public string WhenDeleted { get; init; } = "";

    /// <summary>When the set is made smaller: Retain (default) or Delete.</summary>
    [Proto(2)]
    public string WhenScaled { get; init; } = "";
}

public sealed partial record StatefulSetUpdateStrategy : IApiType<StatefulSetUpdateStrategy>
{
    /// <summary>RollingUpdate (default), or OnDelete: a pod is replaced when it is deleted.</summary>
    [Proto(1), OneOf(typeof(StatefulSetUpdateStrategyType))]
    public string Type { get; init; } = "";

    /// <summary>Settings of the rolling update.</summary>
    [Proto(2)]
    public RollingUpdateStatefulSetStrategy? RollingUpdate { get; init; }
}

public sealed partial record RollingUpdateStatefulSetStrategy : IApiType<RollingUpdateStatefulSetStrategy>
{
    /// <summary>Pods with a lower number keep the old template. Default 0.</summary>
    [Proto(1)]
    public int? Partition { get; init; }

    /// <summary>Pods, by number or percentage, that may be missing at a time. Default 1.</summary>
    [Proto(2)]
    public IntOrString? MaxUnavailable { get; init; }
}

/// <summary>The values of a StatefulSetUpdateStrategyType.</summary>
public static class StatefulSetUpdateStrategyType
{
    public const string OnDeleteStatefulSetStrategyType = "OnDelete";
    public const string RollingUpdateStatefulSetStrategyType = "RollingUpdate";
}
