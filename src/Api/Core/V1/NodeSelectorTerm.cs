namespace Navarch.Api.Core.V1;

[AtomicMap]
public sealed partial record NodeSelectorTerm : IApiType<NodeSelectorTerm>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<NodeSelectorRequirement> MatchExpressions { get; init; } = [];

    [Proto(2), ListAtomic]
    public IReadOnlyList<NodeSelectorRequirement> MatchFields { get; init; } = [];
}

public sealed partial record NodeSelectorRequirement : IApiType<NodeSelectorRequirement>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Key { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty, OneOf(typeof(NodeSelectorOperator))]
    public string Operator { get; init; } = "";

    [Proto(3), ListAtomic]
    public IReadOnlyList<string> Values { get; init; } = [];
}

/// <summary>The values of a NodeSelectorOperator.</summary>
public static class NodeSelectorOperator
{
    public const string NodeSelectorOpDoesNotExist = "DoesNotExist";
    public const string NodeSelectorOpExists = "Exists";
    public const string NodeSelectorOpGt = "Gt";
    public const string NodeSelectorOpIn = "In";
    public const string NodeSelectorOpLt = "Lt";
    public const string NodeSelectorOpNotIn = "NotIn";
}
