namespace Navarch.Api.Core.V1;

/// <summary>The values of a PersistentVolumeReclaimPolicy.</summary>
public static class PersistentVolumeReclaimPolicy
{
    public const string PersistentVolumeReclaimDelete = "Delete";
    public const string PersistentVolumeReclaimRecycle = "Recycle";
    public const string PersistentVolumeReclaimRetain = "Retain";
}
