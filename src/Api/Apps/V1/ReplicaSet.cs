using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.Apps.V1;

/// <summary>A set of interchangeable pods that is kept at a wanted size.</summary>
[Resource("apps", "v1", "replicasets", Namespaced = true, ShortNames = ["rs"], Categories = ["all"])]
public sealed partial record ReplicaSet : IResource<ReplicaSet>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public ReplicaSetSpec Spec { get; init; } = ReplicaSetSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public ReplicaSetStatus Status { get; init; } = ReplicaSetStatus.Empty;
}

public sealed partial record ReplicaSetSpec : IApiType<ReplicaSetSpec>
{
    /// <summary>Wanted number of pods. Zero is a size; absent means one.</summary>
    [Proto(1)]
    public int? Replicas { get; init; }

    /// <summary>Seconds a pod must be ready to count as available.</summary>
    [Proto(4)]
    public int MinReadySeconds { get; init; }

    /// <summary>Labels of the pods that belong to the set; must match the template. Cannot be changed.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public LabelSelector? Selector { get; init; }

    /// <summary>The pod to run when one is missing.</summary>
    [Proto(3)]
    public PodTemplateSpec Template { get; init; } = PodTemplateSpec.Empty;
}

public sealed partial record ReplicaSetStatus : IApiType<ReplicaSetStatus>
{
    /// <summary>Pods of the set.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public int Replicas { get; init; }

    /// <summary>Pods that have all labels of the template.</summary>
    [Proto(2)]
    public int FullyLabeledReplicas { get; init; }

    /// <summary>Pods that are ready.</summary>
    [Proto(4)]
    public int ReadyReplicas { get; init; }

    /// <summary>Pods that have been ready for minReadySeconds.</summary>
    [Proto(5)]
    public int AvailableReplicas { get; init; }

    /// <summary>Pods that are on their way out.</summary>
    [Proto(7)]
    public int? TerminatingReplicas { get; init; }

    /// <summary>The metadata.generation that this status speaks of.</summary>
    [Proto(3)]
    public long ObservedGeneration { get; init; }

    /// <summary>ReplicaFailure, when pods could not be made or deleted.</summary>
    [Proto(6), Merge("type"), ListMap("type")]
    public IReadOnlyList<ReplicaSetCondition> Conditions { get; init; } = [];
}

public sealed partial record ReplicaSetCondition : IApiType<ReplicaSetCondition>
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
