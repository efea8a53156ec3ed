using Navarch.Api.Meta.V1;

namespace Navarch.Api.Autoscaling.V2;

/// <summary>Keeps the size of a workload in step with measured load.</summary>
[Resource("autoscaling", "v2", "horizontalpodautoscalers", Namespaced = true, ShortNames = ["hpa"], Categories = ["all"])]
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

    /// <summary>What the number of pods follows; the one that asks for most wins.</summary>
    [Proto(4), ListAtomic]
    public IReadOnlyList<MetricSpec> Metrics { get; init; } = [];

    /// <summary>How fast it may change.</summary>
    [Proto(5)]
    public HorizontalPodAutoscalerBehavior? Behavior { get; init; }
}

public sealed partial record HorizontalPodAutoscalerStatus : IApiType<HorizontalPodAutoscalerStatus>
{
    [Proto(1)]
    public long? ObservedGeneration { get; init; }

    /// <summary>When the number of pods was changed last.</summary>
    [Proto(2)]
    public DateTimeOffset? LastScaleTime { get; init; }

    /// <summary>Pods there were at the last look.</summary>
    [Proto(3)]
    public int CurrentReplicas { get; init; }

    /// <summary>Pods there should be.</summary>
    [Proto(4), Required, WrittenWhenEmpty]
    public int DesiredReplicas { get; init; }

    /// <summary>What was measured last.</summary>
    [Proto(5), WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<MetricStatus> CurrentMetrics { get; init; } = [];

    [Proto(6), Merge("type"), ListMap("type")]
    public IReadOnlyList<HorizontalPodAutoscalerCondition> Conditions { get; init; } = [];
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

public sealed partial record HorizontalPodAutoscalerBehavior : IApiType<HorizontalPodAutoscalerBehavior>
{
    [Proto(1)]
    public HPAScalingRules? ScaleUp { get; init; }

    [Proto(2)]
    public HPAScalingRules? ScaleDown { get; init; }
}

public sealed partial record HPAScalingRules : IApiType<HPAScalingRules>
{
    [Proto(3)]
    public int? StabilizationWindowSeconds { get; init; }

    [Proto(1)]
    public string? SelectPolicy { get; init; }

    [Proto(2), ListAtomic]
    public IReadOnlyList<HPAScalingPolicy> Policies { get; init; } = [];

    [Proto(4)]
    public Quantity? Tolerance { get; init; }
}

public sealed partial record HPAScalingPolicy : IApiType<HPAScalingPolicy>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public int Value { get; init; }

    [Proto(3), Required, WrittenWhenEmpty]
    public int PeriodSeconds { get; init; }
}

public sealed partial record MetricSpec : IApiType<MetricSpec>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    [Proto(2)]
    public ObjectMetricSource? Object { get; init; }

    [Proto(3)]
    public PodsMetricSource? Pods { get; init; }

    [Proto(4)]
    public ResourceMetricSource? Resource { get; init; }

    [Proto(7)]
    public ContainerResourceMetricSource? ContainerResource { get; init; }

    [Proto(5)]
    public ExternalMetricSource? External { get; init; }
}

public sealed partial record ContainerResourceMetricSource : IApiType<ContainerResourceMetricSource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2), Required]
    public MetricTarget Target { get; init; } = MetricTarget.Empty;

    [Proto(3), Required, WrittenWhenEmpty]
    public string Container { get; init; } = "";
}

public sealed partial record ExternalMetricSource : IApiType<ExternalMetricSource>
{
    [Proto(1), Required]
    public MetricIdentifier Metric { get; init; } = MetricIdentifier.Empty;

    [Proto(2), Required]
    public MetricTarget Target { get; init; } = MetricTarget.Empty;
}

public sealed partial record MetricStatus : IApiType<MetricStatus>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    [Proto(2)]
    public ObjectMetricStatus? Object { get; init; }

    [Proto(3)]
    public PodsMetricStatus? Pods { get; init; }

    [Proto(4)]
    public ResourceMetricStatus? Resource { get; init; }

    [Proto(7)]
    public ContainerResourceMetricStatus? ContainerResource { get; init; }

    [Proto(5)]
    public ExternalMetricStatus? External { get; init; }
}

public sealed partial record ContainerResourceMetricStatus : IApiType<ContainerResourceMetricStatus>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2), Required]
    public MetricValueStatus Current { get; init; } = MetricValueStatus.Empty;

    [Proto(3), Required, WrittenWhenEmpty]
    public string Container { get; init; } = "";
}

public sealed partial record ExternalMetricStatus : IApiType<ExternalMetricStatus>
{
    [Proto(1), Required]
    public MetricIdentifier Metric { get; init; } = MetricIdentifier.Empty;

    [Proto(2), Required]
    public MetricValueStatus Current { get; init; } = MetricValueStatus.Empty;
}
