namespace Navarch.Api.Core.V1;

/// <summary>The known values of a PodConditionType.</summary>
public static class PodConditionType
{
    public const string AllContainersRestarting = "AllContainersRestarting";
    public const string ContainersReady = "ContainersReady";
    public const string DisruptionTarget = "DisruptionTarget";
    public const string PodInitialized = "Initialized";
    public const string PodReadyToStartContainers = "PodReadyToStartContainers";
    public const string PodResizeInProgress = "PodResizeInProgress";
    public const string PodResizePending = "PodResizePending";
    public const string PodScheduled = "PodScheduled";
    public const string PodReady = "Ready";
}
