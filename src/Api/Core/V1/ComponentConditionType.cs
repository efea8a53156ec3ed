namespace Navarch.Api.Core.V1;

/// <summary>The known values of a ComponentConditionType.</summary>
public static class ComponentConditionType
{
    public const string ComponentHealthy = "Healthy";
}
