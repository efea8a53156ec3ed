namespace Navarch.Api.Core.V1;

/// <summary>The values of a PreemptionPolicy.</summary>
public static class PreemptionPolicy
{
    public const string PreemptNever = "Never";
    public const string PreemptLowerPriority = "PreemptLowerPriority";
}
