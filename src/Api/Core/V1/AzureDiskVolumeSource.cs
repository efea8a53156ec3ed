namespace Navarch.Api.Core.V1;

public sealed partial record AzureDiskVolumeSource : IApiType<AzureDiskVolumeSource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string DiskName { get; init; } = "";

    [Proto(2), JsonName("diskURI"), Required, WrittenWhenEmpty]
    public string DataDiskURI { get; init; } = "";

    [Proto(3), OneOf(typeof(AzureDataDiskCachingMode)), Default("ReadWrite")]
    public string? CachingMode { get; init; }

    [Proto(4), JsonName("fsType"), Default("ext4")]
    public string? FSType { get; init; }

    [Proto(5), Default(false)]
    public bool? ReadOnly { get; init; }

    [Proto(6), OneOf(typeof(AzureDataDiskKind)), Default("Shared")]
    public string? Kind { get; init; }
}

/// <summary>The values of a AzureDataDiskCachingMode.</summary>
public static class AzureDataDiskCachingMode
{
    public const string AzureDataDiskCachingNone = "None";
    public const string AzureDataDiskCachingReadOnly = "ReadOnly";
    public const string AzureDataDiskCachingReadWrite = "ReadWrite";
}

/// <summary>The values of a AzureDataDiskKind.</summary>
public static class AzureDataDiskKind
{
    public const string AzureDedicatedBlobDisk = "Dedicated";
    public const string AzureManagedDisk = "Managed";
    public const string AzureSharedBlobDisk = "Shared";
}
