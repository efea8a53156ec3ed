namespace Navarch.Api.Storage.V1;

/// <summary>The known values of a FSGroupPolicy.</summary>
public static class FSGroupPolicy
{
    public const string File = "File";
    public const string None = "None";
    public const string ReadWriteOnceWithFSType = "ReadWriteOnceWithFSType";
}
