namespace Navarch.Api.Core.V1;

public sealed partial record StorageOSVolumeSource : IApiType<StorageOSVolumeSource>
{
    [Proto(1)]
    public string VolumeName { get; init; } = "";

    [Proto(2)]
    public string VolumeNamespace { get; init; } = "";

    [Proto(3), JsonName("fsType")]
    public string FSType { get; init; } = "";

    [Proto(4)]
    public bool ReadOnly { get; init; }

    [Proto(5)]
    public LocalObjectReference? SecretRef { get; init; }
}
