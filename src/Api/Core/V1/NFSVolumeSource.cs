namespace Navarch.Api.Core.V1;

public sealed partial record NFSVolumeSource : IApiType<NFSVolumeSource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Server { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Path { get; init; } = "";

    [Proto(3)]
    public bool ReadOnly { get; init; }
}
