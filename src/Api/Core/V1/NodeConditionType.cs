namespace Navarch.Api.Core.V1;

/// <summary>The known values of a NodeConditionType.</summary>
public static class NodeConditionType
{
    public const string NodeDiskPressure = "DiskPressure";
    public const string NodeMemoryPressure = "MemoryPressure";
    public const string NodeNetworkUnavailable = "NetworkUnavailable";
    public const string NodePIDPressure = "PIDPressure";
    public const string NodeReady = "Ready";
}
