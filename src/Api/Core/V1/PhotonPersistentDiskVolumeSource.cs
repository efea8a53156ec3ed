namespace Navarch.Api.Core.V1;

public sealed partial record PhotonPersistentDiskVolumeSource : IApiType<PhotonPersistentDiskVolumeSource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string PdID { get; init; } = "";

    [Proto(2), JsonName("fsType")]
    public string FSType { get; init; } = "";
}
