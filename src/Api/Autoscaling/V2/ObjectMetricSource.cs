namespace Navarch.Api.Autoscaling.V2;

public sealed partial record ObjectMetricSource : IApiType<ObjectMetricSource>
{
    [Proto(1), Required]
    public CrossVersionObjectReference DescribedObject { get; init; } = CrossVersionObjectReference.Empty;

    [Proto(2), Required]
    public MetricTarget Target { get; init; } = MetricTarget.Empty;

    [Proto(3), Required]
    public MetricIdentifier Metric { get; init; } = MetricIdentifier.Empty;
}
