namespace Navarch.Api.Autoscaling.V2;

/// <summary>The known values of a HPAScalingPolicyType.</summary>
public static class HPAScalingPolicyType
{
    public const string PercentScalingPolicy = "Percent";
    public const string PodsScalingPolicy = "Pods";
}
