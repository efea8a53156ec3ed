using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.Apps.V1;

/// <summary>A set of interchangeable pods that is kept at a wanted size.</summary>
[Resource("apps", "v1", "replicasets", Namespaced = true, ShortNames = ["rs"], Categories = ["all"])]
public sealed partial record ReplicaSet : IResource<ReplicaSet>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2)]
    public ReplicaSetSpec Spec { get; init; } = ReplicaSetSpec.Empty;

    [Proto(3)]
    public ReplicaSetStatus Status { get; init; } = ReplicaSetStatus.Empty;
}

public sealed partial record ReplicaSetSpec : IApiType<ReplicaSetSpec>
{
    /// <summary>Wanted number of pods. Zero is a size; absent means one.</summary>
    [Proto(1)]
    public int? Replicas { get; init; }

    [Proto(4)]
    public int MinReadySeconds { get; init; }

    [Proto(2), Required, WrittenWhenEmpty]
    public LabelSelector? Selector { get; init; }

    [Proto(3)]
    public PodTemplateSpec Template { get; init; } = PodTemplateSpec.Empty;
}

public sealed partial record ReplicaSetStatus : IApiType<ReplicaSetStatus>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public int Replicas { get; init; }

    [Proto(2)]
    public int FullyLabeledReplicas { get; init; }

    [Proto(4)]
    public int ReadyReplicas { get; init; }

    [Proto(5)]
    public int AvailableReplicas { get; init; }

    [Proto(7)]
    public int? TerminatingReplicas { get; init; }

    [Proto(3)]
    public long ObservedGeneration { get; init; }

    [Proto(6), Merge("type"), ListMap("type")]
    public IReadOnlyList<ReplicaSetCondition> Conditions { get; init; } = [];
}

public sealed partial record ReplicaSetCondition : IApiType<ReplicaSetCondition>
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
