namespace Navarch.Api.Core.V1;

[AtomicMap]
public sealed partial record TypedLocalObjectReference : IApiType<TypedLocalObjectReference>
{
    /// <summary>Group of the kind. Empty: core.</summary>
    [Proto(1), JsonName("apiGroup"), WrittenWhenEmpty]
    public string? APIGroup { get; init; }

    /// <summary>Kind of the object.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string Kind { get; init; } = "";

    /// <summary>Its name.</summary>
    [Proto(3), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";
}
