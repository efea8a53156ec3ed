using Navarch.Api.Meta.V1;

namespace Navarch.Api.Autoscaling.V1;

public sealed partial record MetricStatus : IApiType<MetricStatus>
{
    [Proto(1), Required, WrittenWhenEmpty, OneOf(typeof(MetricSourceType))]
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

    [Proto(2)]
    public int? CurrentAverageUtilization { get; init; }

    [Proto(3), Required, WrittenWhenEmpty]
    public Quantity CurrentAverageValue { get; init; }

    [Proto(4), Required, WrittenWhenEmpty]
    public string Container { get; init; } = "";
}

public sealed partial record ExternalMetricStatus : IApiType<ExternalMetricStatus>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string MetricName { get; init; } = "";

    [Proto(2)]
    public LabelSelector? MetricSelector { get; init; }

    [Proto(3), Required, WrittenWhenEmpty]
    public Quantity CurrentValue { get; init; }

    [Proto(4)]
    public Quantity? CurrentAverageValue { get; init; }
}

public sealed partial record ObjectMetricStatus : IApiType<ObjectMetricStatus>
{
    [Proto(1), Required]
    public CrossVersionObjectReference Target { get; init; } = CrossVersionObjectReference.Empty;

    [Proto(2), Required, WrittenWhenEmpty]
    public string MetricName { get; init; } = "";

    [Proto(3), Required, WrittenWhenEmpty]
    public Quantity CurrentValue { get; init; }

    [Proto(4)]
    public LabelSelector? Selector { get; init; }

    [Proto(5)]
    public Quantity? AverageValue { get; init; }
}

public sealed partial record PodsMetricStatus : IApiType<PodsMetricStatus>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string MetricName { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public Quantity CurrentAverageValue { get; init; }

    [Proto(3)]
    public LabelSelector? Selector { get; init; }
}

public sealed partial record ResourceMetricStatus : IApiType<ResourceMetricStatus>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2)]
    public int? CurrentAverageUtilization { get; init; }

    [Proto(3), Required, WrittenWhenEmpty]
    public Quantity CurrentAverageValue { get; init; }
}
