namespace Navarch.Api.AdmissionRegistration.V1;

/// <summary>The values of a SideEffectClass.</summary>
public static class SideEffectClass
{
    public const string None = "None";
    public const string NoneOnDryRun = "NoneOnDryRun";
    public const string Some = "Some";
    public const string Unknown = "Unknown";
}
