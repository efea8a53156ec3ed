namespace Navarch.Api.Autoscaling.V2;

public sealed partial record ObjectMetricStatus : IApiType<ObjectMetricStatus>
{
    [Proto(1), Required]
    public MetricIdentifier Metric { get; init; } = MetricIdentifier.Empty;

    [Proto(2), Required]
    public MetricValueStatus Current { get; init; } = MetricValueStatus.Empty;

    [Proto(3), Required]
    public CrossVersionObjectReference DescribedObject { get; init; } = CrossVersionObjectReference.Empty;
}
