using Navarch.Api.Meta.V1;

namespace Navarch.Api.Autoscaling.V1;

/// <summary>Keeps the size of a workload in step with measured load.</summary>
[Resource("autoscaling", "v1", "horizontalpodautoscalers", Namespaced = true, ShortNames = ["hpa"], Categories = ["all"])]
public sealed partial record HorizontalPodAutoscaler : IResource<HorizontalPodAutoscaler>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2), Required]
    public HorizontalPodAutoscalerSpec Spec { get; init; } = HorizontalPodAutoscalerSpec.Empty;

    [Proto(3)]
    public HorizontalPodAutoscalerStatus Status { get; init; } = HorizontalPodAutoscalerStatus.Empty;
}

public sealed partial record HorizontalPodAutoscalerSpec : IApiType<HorizontalPodAutoscalerSpec>
{
    [Proto(1), Required]
    public CrossVersionObjectReference ScaleTargetRef { get; init; } = CrossVersionObjectReference.Empty;

    [Proto(2)]
    public int? MinReplicas { get; init; }

    [Proto(3), Required, WrittenWhenEmpty]
    public int MaxReplicas { get; init; }

    [Proto(4)]
    public int? TargetCPUUtilizationPercentage { get; init; }
}

public sealed partial record HorizontalPodAutoscalerStatus : IApiType<HorizontalPodAutoscalerStatus>
{
    [Proto(1)]
    public long? ObservedGeneration { get; init; }

    [Proto(2)]
    public DateTimeOffset? LastScaleTime { get; init; }

    [Proto(3), Required, WrittenWhenEmpty]
    public int CurrentReplicas { get; init; }

    [Proto(4), Required, WrittenWhenEmpty]
    public int DesiredReplicas { get; init; }

    [Proto(5)]
    public int? CurrentCPUUtilizationPercentage { get; init; }
}

public sealed partial record HorizontalPodAutoscalerCondition : IApiType<HorizontalPodAutoscalerCondition>
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
