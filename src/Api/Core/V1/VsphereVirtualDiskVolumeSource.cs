namespace Navarch.Api.Core.V1;

public sealed partial record VsphereVirtualDiskVolumeSource : IApiType<VsphereVirtualDiskVolumeSource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string VolumePath { get; init; } = "";

    [Proto(2), JsonName("fsType")]
    public string FSType { get; init; } = "";

    [Proto(3)]
    public string StoragePolicyName { get; init; } = "";

    [Proto(4)]
    public string StoragePolicyID { get; init; } = "";
}
