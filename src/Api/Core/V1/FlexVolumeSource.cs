namespace Navarch.Api.Core.V1;

public sealed partial record FlexVolumeSource : IApiType<FlexVolumeSource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Driver { get; init; } = "";

    [Proto(2), JsonName("fsType")]
    public string FSType { get; init; } = "";

    [Proto(3)]
    public LocalObjectReference? SecretRef { get; init; }

    [Proto(4)]
    public bool ReadOnly { get; init; }

    [Proto(5)]
    public Map<string> Options { get; init; } = [];
}
