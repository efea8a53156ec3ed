namespace Navarch.Api.Autoscaling.V2;

/// <summary>The known values of a ScalingPolicySelect.</summary>
public static class ScalingPolicySelect
{
    public const string DisabledPolicySelect = "Disabled";
    public const string MaxChangePolicySelect = "Max";
    public const string MinChangePolicySelect = "Min";
}
