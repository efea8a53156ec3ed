namespace Navarch.Api.Core.V1;

public sealed partial record QuobyteVolumeSource : IApiType<QuobyteVolumeSource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Registry { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Volume { get; init; } = "";

    [Proto(3)]
    public bool ReadOnly { get; init; }

    [Proto(4)]
    public string User { get; init; } = "";

    [Proto(5)]
    public string Group { get; init; } = "";

    [Proto(6)]
    public string Tenant { get; init; } = "";
}
