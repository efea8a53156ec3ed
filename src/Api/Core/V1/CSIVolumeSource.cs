namespace Navarch.Api.Core.V1;

public sealed partial record CSIVolumeSource : IApiType<CSIVolumeSource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Driver { get; init; } = "";

    [Proto(2)]
    public bool? ReadOnly { get; init; }

    [Proto(3), JsonName("fsType")]
    public string? FSType { get; init; }

    [Proto(4)]
    public Map<string> VolumeAttributes { get; init; } = [];

    [Proto(5)]
    public LocalObjectReference? NodePublishSecretRef { get; init; }
}
