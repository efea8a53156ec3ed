namespace Navarch.Api.Core.V1;

/// <summary>The values of a PersistentVolumeMode.</summary>
public static class PersistentVolumeMode
{
    public const string PersistentVolumeBlock = "Block";
    public const string PersistentVolumeFilesystem = "Filesystem";
}
