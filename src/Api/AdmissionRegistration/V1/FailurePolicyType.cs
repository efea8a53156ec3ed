namespace Navarch.Api.AdmissionRegistration.V1;

/// <summary>The values of a FailurePolicyType.</summary>
public static class FailurePolicyType
{
    public const string Fail = "Fail";
    public const string Ignore = "Ignore";
}
