namespace Navarch.Api.AdmissionRegistration.V1;

/// <summary>The known values of a ParameterNotFoundActionType.</summary>
public static class ParameterNotFoundActionType
{
    public const string AllowAction = "Allow";
    public const string DenyAction = "Deny";
}
