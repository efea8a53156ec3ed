using Navarch.Api.Meta.V1;

namespace Navarch.Api.Autoscaling.V1;

public sealed partial record MetricSpec : IApiType<MetricSpec>
{
    [Proto(1), Required, WrittenWhenEmpty, OneOf(typeof(MetricSourceType))]
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

    [Proto(2)]
    public int? TargetAverageUtilization { get; init; }

    [Proto(3)]
    public Quantity? TargetAverageValue { get; init; }

    [Proto(5), Required, WrittenWhenEmpty]
    public string Container { get; init; } = "";
}

public sealed partial record ExternalMetricSource : IApiType<ExternalMetricSource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string MetricName { get; init; } = "";

    [Proto(2)]
    public LabelSelector? MetricSelector { get; init; }

    [Proto(3)]
    public Quantity? TargetValue { get; init; }

    [Proto(4)]
    public Quantity? TargetAverageValue { get; init; }
}

public sealed partial record ObjectMetricSource : IApiType<ObjectMetricSource>
{
    [Proto(1), Required]
    public CrossVersionObjectReference Target { get; init; } = CrossVersionObjectReference.Empty;

    [Proto(2), Required, WrittenWhenEmpty]
    public string MetricName { get; init; } = "";

    [Proto(3), Required, WrittenWhenEmpty]
    public Quantity TargetValue { get; init; }

    [Proto(4)]
    public LabelSelector? Selector { get; init; }

    [Proto(5)]
    public Quantity? AverageValue { get; init; }
}

public sealed partial record PodsMetricSource : IApiType<PodsMetricSource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string MetricName { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public Quantity TargetAverageValue { get; init; }

    [Proto(3)]
    public LabelSelector? Selector { get; init; }
}

public sealed partial record ResourceMetricSource : IApiType<ResourceMetricSource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2)]
    public int? TargetAverageUtilization { get; init; }

    [Proto(3)]
    public Quantity? TargetAverageValue { get; init; }
}
