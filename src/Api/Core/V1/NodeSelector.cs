namespace Navarch.Api.Core.V1;

[AtomicMap]
public sealed partial record NodeSelector : IApiType<NodeSelector>
{
    [Proto(1), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<NodeSelectorTerm> NodeSelectorTerms { get; init; } = [];
}
