namespace Navarch.Api.Autoscaling.V2;

public sealed partial record MetricTarget : IApiType<MetricTarget>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    [Proto(2)]
    public Quantity? Value { get; init; }

    [Proto(3)]
    public Quantity? AverageValue { get; init; }

    [Proto(4)]
    public int? AverageUtilization { get; init; }
}
