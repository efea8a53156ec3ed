namespace Navarch.Api.Core.V1;

[AtomicMap]
public sealed partial record TypedLocalObjectReference : IApiType<TypedLocalObjectReference>
{
    [Proto(1), JsonName("apiGroup"), WrittenWhenEmpty]
    public string? APIGroup { get; init; }

    [Proto(2), Required, WrittenWhenEmpty]
    public string Kind { get; init; } = "";

    [Proto(3), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";
}
