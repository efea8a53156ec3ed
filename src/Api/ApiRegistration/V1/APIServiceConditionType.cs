namespace Navarch.Api.ApiRegistration.V1;

/// <summary>The known values of a APIServiceConditionType.</summary>
public static class APIServiceConditionType
{
    public const string Available = "Available";
}
