namespace Navarch.Api.Core.V1;

/// <summary>Conditions that must all hold. A term without conditions matches no node.</summary>
[AtomicMap]
public sealed partial record NodeSelectorTerm : IApiType<NodeSelectorTerm>
{
    /// <summary>Conditions on labels of the node.</summary>
    [Proto(1), ListAtomic]
    public IReadOnlyList<NodeSelectorRequirement> MatchExpressions { get; init; } = [];

    /// <summary>Conditions on fields of the node; only metadata.name is known.</summary>
    [Proto(2), ListAtomic]
    public IReadOnlyList<NodeSelectorRequirement> MatchFields { get; init; } = [];
}

/// <summary>A condition on one label or field.</summary>
public sealed partial record NodeSelectorRequirement : IApiType<NodeSelectorRequirement>
{
    /// <summary>The label or field.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Key { get; init; } = "";

    /// <summary>In, NotIn, Exists, DoesNotExist, Gt or Lt.</summary>
    [Proto(2), Required, WrittenWhenEmpty, OneOf(typeof(NodeSelectorOperator))]
    public string Operator { get; init; } = "";

    /// <summary>What to compare with: some for In and NotIn, one integer for Gt and Lt, none for the others.</summary>
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
