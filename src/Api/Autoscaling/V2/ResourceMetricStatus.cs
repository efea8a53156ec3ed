namespace Navarch.Api.Autoscaling.V2;

public sealed partial record ResourceMetricStatus : IApiType<ResourceMetricStatus>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2), Required]
    public MetricValueStatus Current { get; init; } = MetricValueStatus.Empty;
}
