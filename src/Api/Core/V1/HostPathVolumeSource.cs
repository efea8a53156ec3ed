namespace Navarch.Api.Core.V1;

public sealed partial record HostPathVolumeSource : IApiType<HostPathVolumeSource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Path { get; init; } = "";

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
