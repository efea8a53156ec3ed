namespace Navarch.Api.FlowControl.V1;

/// <summary>The known values of a PriorityLevelEnablement.</summary>
public static class PriorityLevelEnablement
{
    public const string Exempt = "Exempt";
    public const string Limited = "Limited";
}
