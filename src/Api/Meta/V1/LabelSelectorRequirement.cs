namespace Navarch.Api.Meta.V1;

public sealed partial record LabelSelectorRequirement : IApiType<LabelSelectorRequirement>
{
    /// <summary>The label.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Key { get; init; } = "";

    /// <summary>In, NotIn, Exists or DoesNotExist.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string Operator { get; init; } = "";

    /// <summary>What to compare with: some for In and NotIn, none for the others.</summary>
    [Proto(3), ListAtomic]
    public IReadOnlyList<string> Values { get; init; } = [];
}
