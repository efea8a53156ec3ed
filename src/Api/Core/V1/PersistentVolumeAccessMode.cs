namespace Navarch.Api.Core.V1;

/// <summary>The values of a PersistentVolumeAccessMode.</summary>
public static class PersistentVolumeAccessMode
{
    public const string ReadOnlyMany = "ReadOnlyMany";
    public const string ReadWriteMany = "ReadWriteMany";
    public const string ReadWriteOnce = "ReadWriteOnce";
    public const string ReadWriteOncePod = "ReadWriteOncePod";
}
