namespace Navarch.Api.DynamicResources.V1;

/// <summary>The values of a DeviceTaintEffect.</summary>
public static class DeviceTaintEffect
{
    public const string NoExecute = "NoExecute";
    public const string NoSchedule = "NoSchedule";
    public const string None = "None";
}
