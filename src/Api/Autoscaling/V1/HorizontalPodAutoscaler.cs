using Navarch.Api.Meta.V1;

namespace Navarch.Api.Autoscaling.V1;

/// <summary>Keeps the size of a workload in step with measured load.</summary>
[Resource("autoscaling", "v1", "horizontalpodautoscalers", Namespaced = true, ShortNames = ["hpa"], Categories = ["all"])]
public sealed partial record HorizontalPodAutoscaler : IResource<HorizontalPodAutoscaler>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2), Required]
    public HorizontalPodAutoscalerSpec Spec { get; init; } = HorizontalPodAutoscalerSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public HorizontalPodAutoscalerStatus Status { get; init; } = HorizontalPodAutoscalerStatus.Empty;
}

public sealed partial record HorizontalPodAutoscalerSpec : IApiType<HorizontalPodAutoscalerSpec>
{
    /// <summary>What is made larger and smaller.</summary>
    [Proto(1), Required]
    public CrossVersionObjectReference ScaleTargetRef { get; init; } = CrossVersionObjectReference.Empty;

    /// <summary>The fewest pods. Default 1.</summary>
    [Proto(2)]
    public int? MinReplicas { get; init; }

    /// <summary>The most pods.</summary>
    [Proto(3), Required, WrittenWhenEmpty]
    public int MaxReplicas { get; init; }

    [Proto(4)]
    public int? TargetCPUUtilizationPercentage { get; init; }
}

public sealed partial record HorizontalPodAutoscalerStatus : IApiType<HorizontalPodAutoscalerStatus>
{
    [Proto(1)]
    public long? ObservedGeneration { get; init; }

    /// <summary>When the number of pods was changed last.</summary>
    [Proto(2)]
    public DateTimeOffset? LastScaleTime { get; init; }

    /// <summary>Pods there were at the last look.</summary>
    [Proto(3), Required, WrittenWhenEmpty]
    public int CurrentReplicas { get; init; }

    /// <summary>Pods there should be.</summary>
    [Proto(4), Required, WrittenWhenEmpty]
    public int DesiredReplicas { get; init; }

    [Proto(5)]
    public int? CurrentCPUUtilizationPercentage { get; init; }
}

public sealed partial record HorizontalPodAutoscalerCondition : IApiType<HorizontalPodAutoscalerCondition>
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
