namespace Navarch.Api.Autoscaling.V2;

public sealed partial record PodsMetricSource : IApiType<PodsMetricSource>
{
    [Proto(1), Required]
    public MetricIdentifier Metric { get; init; } = MetricIdentifier.Empty;

    [Proto(2), Required]
    public MetricTarget Target { get; init; } = MetricTarget.Empty;
}
