using Navarch.Api.Core.V1;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Matching;

/// <summary>One node selector term: all its conditions on labels and fields hold. A term without conditions matches no node.</summary>
internal sealed class NodePredicate(NodeSelectorTerm term)
{
    // The only field of a node that can be selected on.
    private const string NameField = "metadata.name";

    private readonly LabelRequirement[] labels = [.. term.MatchExpressions.Select(Compile)];
    private readonly LabelRequirement[] fields = [.. term.MatchFields.Select(Compile)];

    /// <summary>Names of the only nodes that can match, or null when the term does not name nodes.</summary>
    public IReadOnlyList<string>? OnlyNames =>
        fields.FirstOrDefault(condition => condition is { Key: NameField, Operator: LabelOperator.In })?.Values;

    public bool Matches(NodeFacts node)
    {
        if (labels.Length == 0 && fields.Length == 0)
        {
            return false;
        }

        foreach (var requirement in labels)
        {
            if (!requirement.Matches(node.Labels))
            {
                return false;
            }
        }

        foreach (var requirement in fields)
        {
            if (requirement.Key != NameField || !requirement.Matches(node.Name))
            {
                return false;
            }
        }

        return true;
    }

    private static LabelRequirement Compile(NodeSelectorRequirement requirement) =>
        new(requirement.Key, LabelRequirement.Parse(requirement.Operator), requirement.Values);
}
