namespace Navarch.Api.Core.V1;

public sealed partial record KeyToPath : IApiType<KeyToPath>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Key { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Path { get; init; } = "";

    [Proto(3)]
    public int? Mode { get; init; }
}
