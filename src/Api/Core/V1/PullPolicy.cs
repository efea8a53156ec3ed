namespace Navarch.Api.Core.V1;

/// <summary>The values of a PullPolicy.</summary>
public static class PullPolicy
{
    public const string PullAlways = "Always";
    public const string PullIfNotPresent = "IfNotPresent";
    public const string PullNever = "Never";
}
