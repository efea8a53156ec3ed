namespace Navarch.Api.Meta.V1;

[AtomicMap]
public sealed partial record LabelSelector : IApiType<LabelSelector>
{
    [Proto(1)]
    public Map<string> MatchLabels { get; init; } = [];

    [Proto(2), ListAtomic]
    public IReadOnlyList<LabelSelectorRequirement> MatchExpressions { get; init; } = [];
}
