namespace Navarch.Api.Core.V1;

/// <summary>A file or directory of the node. Gives containers a way to the node: use with care.</summary>
public sealed partial record HostPathVolumeSource : IApiType<HostPathVolumeSource>
{
    /// <summary>Path on the node.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Path { get; init; } = "";

    /// <summary>What must be there, such as Directory, File or Socket, or is made, as DirectoryOrCreate. Default: no check.</summary>
    [Proto(2), OneOf(typeof(HostPathType))]
    public string? Type { get; init; }
}

/// <summary>The values of a HostPathType.</summary>
public static class HostPathType
{
    public const string HostPathUnset = "";
    public const string HostPathBlockDev = "BlockDevice";
    public const string HostPathCharDev = "CharDevice";
    public const string HostPathDirectory = "Directory";
    public const string HostPathDirectoryOrCreate = "DirectoryOrCreate";
    public const string HostPathFile = "File";
    public const string HostPathFileOrCreate = "FileOrCreate";
    public const string HostPathSocket = "Socket";
}
