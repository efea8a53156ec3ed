namespace Navarch.Api.Meta.V1;

/// <summary>A choice of objects by their labels: everything stated must hold. Empty chooses all, absent none.</summary>
[AtomicMap]
public sealed partial record LabelSelector : IApiType<LabelSelector>
{
    /// <summary>Labels an object must have.</summary>
    [Proto(1)]
    public Map<string> MatchLabels { get; init; } = [];

    /// <summary>Conditions on labels.</summary>
    [Proto(2), ListAtomic]
    public IReadOnlyList<LabelSelectorRequirement> MatchExpressions { get; init; } = [];
}
