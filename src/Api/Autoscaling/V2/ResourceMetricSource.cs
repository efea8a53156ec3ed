namespace Navarch.Api.Autoscaling.V2;

public sealed partial record ResourceMetricSource : IApiType<ResourceMetricSource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2), Required]
    public MetricTarget Target { get; init; } = MetricTarget.Empty;
}
