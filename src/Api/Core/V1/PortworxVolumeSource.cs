namespace Navarch.Api.Core.V1;

public sealed partial record PortworxVolumeSource : IApiType<PortworxVolumeSource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string VolumeID { get; init; } = "";

    [Proto(2), JsonName("fsType")]
    public string FSType { get; init; } = "";

    [Proto(3)]
    public bool ReadOnly { get; init; }
}
