namespace Navarch.Api.Meta.V1;

public sealed partial record RootPaths : IApiType<RootPaths>
{
    [Proto(1), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<string> Paths { get; init; } = [];
}
