namespace Navarch.Api.Core.V1;

/// <summary>The values of a TaintEffect.</summary>
public static class TaintEffect
{
    public const string NoExecute = "NoExecute";
    public const string NoSchedule = "NoSchedule";
    public const string PreferNoSchedule = "PreferNoSchedule";
}
