namespace Navarch.Api.AdmissionRegistration.V1;

/// <summary>The values of a ReinvocationPolicyType.</summary>
public static class ReinvocationPolicyType
{
    public const string IfNeededReinvocationPolicy = "IfNeeded";
    public const string NeverReinvocationPolicy = "Never";
}
