namespace Navarch.Api.Core.V1;

/// <summary>The values of a PodPhase.</summary>
public static class PodPhase
{
    public const string PodFailed = "Failed";
    public const string PodPending = "Pending";
    public const string PodRunning = "Running";
    public const string PodSucceeded = "Succeeded";
    public const string PodUnknown = "Unknown";
}
