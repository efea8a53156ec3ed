namespace Navarch.Api.ApiExtensions.V1;

/// <summary>The known values of a ConditionStatus.</summary>
public static class ConditionStatus
{
    public const string ConditionFalse = "False";
    public const string ConditionTrue = "True";
    public const string ConditionUnknown = "Unknown";
}
