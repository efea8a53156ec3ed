namespace Navarch.Api.Core.V1;

/// <summary>The known values of a PersistentVolumeClaimConditionType.</summary>
public static class PersistentVolumeClaimConditionType
{
    public const string PersistentVolumeClaimControllerResizeError = "ControllerResizeError";
    public const string PersistentVolumeClaimFileSystemResizePending = "FileSystemResizePending";
    public const string PersistentVolumeClaimVolumeModifyVolumeError = "ModifyVolumeError";
    public const string PersistentVolumeClaimVolumeModifyingVolume = "ModifyingVolume";
    public const string PersistentVolumeClaimNodeResizeError = "NodeResizeError";
    public const string PersistentVolumeClaimResizing = "Resizing";
    public const string PersistentVolumeClaimUnused = "Unused";
}
