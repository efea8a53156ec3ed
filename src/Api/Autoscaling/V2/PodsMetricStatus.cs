namespace Navarch.Api.Autoscaling.V2;

public sealed partial record PodsMetricStatus : IApiType<PodsMetricStatus>
{
    [Proto(1), Required]
    public MetricIdentifier Metric { get; init; } = MetricIdentifier.Empty;

    [Proto(2), Required]
    public MetricValueStatus Current { get; init; } = MetricValueStatus.Empty;
}
