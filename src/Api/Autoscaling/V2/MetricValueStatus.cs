namespace Navarch.Api.Autoscaling.V2;

public sealed partial record MetricValueStatus : IApiType<MetricValueStatus>
{
    [Proto(1)]
    public Quantity? Value { get; init; }

    [Proto(2)]
    public Quantity? AverageValue { get; init; }

    [Proto(3)]
    public int? AverageUtilization { get; init; }
}
