namespace Navarch.Api.Meta.V1;

public sealed partial record FieldSelectorRequirement : IApiType<FieldSelectorRequirement>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Key { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Operator { get; init; } = "";

    [Proto(3), ListAtomic]
    public IReadOnlyList<string> Values { get; init; } = [];
}
