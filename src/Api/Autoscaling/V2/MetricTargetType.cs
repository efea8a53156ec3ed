namespace Navarch.Api.Autoscaling.V2;

/// <summary>The known values of a MetricTargetType.</summary>
public static class MetricTargetType
{
    public const string AverageValueMetricType = "AverageValue";
    public const string UtilizationMetricType = "Utilization";
    public const string ValueMetricType = "Value";
}
