using Navarch.Api.Core.V1;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Matching;

/// <summary>The nodes a pod insists on: its node selector and, of its required node affinity, at least one term.</summary>
internal sealed class RequiredNodes
{
    private readonly LabelPredicate selector;
    private readonly NodePredicate[]? terms;

    private RequiredNodes(LabelPredicate selector, NodePredicate[]? terms)
    {
        this.selector = selector;
        this.terms = terms;
        OnlyNames = Names(terms);
    }

    /// <summary>Names of the only nodes that can match (as pods of daemon sets have), or null when any might.</summary>
    public IReadOnlySet<string>? OnlyNames { get; }

    /// <summary>What the pod insists on, or null when it takes any node.</summary>
    public static RequiredNodes? Of(PodSpec pod)
    {
        var affinity = pod.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution;
        return pod.NodeSelector.Count == 0 && affinity is null
            ? null
            : new RequiredNodes(
                LabelPredicate.OfPairs(pod.NodeSelector),
                affinity is null ? null : [.. affinity.NodeSelectorTerms.Select(term => new NodePredicate(term))]);
    }

    public bool Matches(NodeFacts node)
    {
        if (!selector.Matches(node.Labels))
        {
            return false;
        }

        if (terms is null)
        {
            return true;
        }

        foreach (var term in terms)
        {
            if (term.Matches(node))
            {
                return true;
            }
        }

        return false;
    }

    private static HashSet<string>? Names(NodePredicate[]? terms)
    {
        if (terms is null or [])
        {
            return null;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var term in terms)
        {
            if (term.OnlyNames is not { } only)
            {
                return null;
            }

            names.UnionWith(only);
        }

        return names;
    }
}
