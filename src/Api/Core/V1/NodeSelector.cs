namespace Navarch.Api.Core.V1;

/// <summary>A choice of nodes: those that match at least one term.</summary>
[AtomicMap]
public sealed partial record NodeSelector : IApiType<NodeSelector>
{
    /// <summary>The terms; one is enough.</summary>
    [Proto(1), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<NodeSelectorTerm> NodeSelectorTerms { get; init; } = [];
}
