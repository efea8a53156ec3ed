namespace Navarch.Api.Core.V1;

[AtomicMap]
public sealed partial record TopologySelectorTerm : IApiType<TopologySelectorTerm>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<TopologySelectorLabelRequirement> MatchLabelExpressions { get; init; } = [];
}

public sealed partial record TopologySelectorLabelRequirement : IApiType<TopologySelectorLabelRequirement>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Key { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<string> Values { get; init; } = [];
}
