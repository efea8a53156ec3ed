namespace Navarch.Api.Autoscaling.V2;

/// <summary>The known values of a HorizontalPodAutoscalerConditionType.</summary>
public static class HorizontalPodAutoscalerConditionType
{
    public const string AbleToScale = "AbleToScale";
    public const string ScaledToZero = "ScaledToZero";
    public const string ScalingActive = "ScalingActive";
    public const string ScalingLimited = "ScalingLimited";
}
