using System.Collections.Immutable;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Scheduler.Matching;

namespace Navarch.Scheduler.Pods;

/// <summary>One wish of a pod to be near other pods, or away from them: which pods, and how far near is.</summary>
internal sealed class AffinityTerm
{
    private readonly LabelPredicate pods;
    private readonly IReadOnlyList<string> namespaces;
    private readonly LabelPredicate namespaceSelector;

    public AffinityTerm(PodAffinityTerm term, Pod owner, int weight)
    {
        TopologyKey = term.TopologyKey;
        Weight = weight;
        pods = WithOwnLabels(LabelPredicate.Of(term.LabelSelector), term, owner.Metadata.Labels);

        // Neither names nor a selector: the namespace of the pod itself.
        namespaces = term.Namespaces.Count == 0 && term.NamespaceSelector is null ? [owner.Metadata.Namespace] : term.Namespaces;
        namespaceSelector = LabelPredicate.Of(term.NamespaceSelector);
    }

    /// <summary>Nodes with the same value of this label are near each other.</summary>
    public string TopologyKey { get; }

    /// <summary>How much a preferred term counts, 1 to 100; 0 for a required one.</summary>
    public int Weight { get; }

    public bool Matches(PodInfo pod, ImmutableDictionary<string, Map<string>> namespaceLabels) =>
        IsInNamespace(pod.Namespace, namespaceLabels) && pods.Matches(pod.Labels);

    private static LabelPredicate WithOwnLabels(LabelPredicate predicate, PodAffinityTerm term, Map<string> own)
    {
        // The server merges these keys into the selector when it stores the pod; doing it again changes nothing.
        foreach (var key in term.MatchLabelKeys)
        {
            if (own.Find(key) is { } value)
            {
                predicate = predicate.And(new LabelRequirement(key, LabelOperator.In, [value]));
            }
        }

        foreach (var key in term.MismatchLabelKeys)
        {
            if (own.Find(key) is { } value)
            {
                predicate = predicate.And(new LabelRequirement(key, LabelOperator.NotIn, [value]));
            }
        }

        return predicate;
    }

    private bool IsInNamespace(string name, ImmutableDictionary<string, Map<string>> namespaceLabels)
    {
        for (var i = 0; i < namespaces.Count; i++)
        {
            if (namespaces[i] == name)
            {
                return true;
            }
        }

        return namespaceSelector.IsEmpty
            || (namespaceSelector != LabelPredicate.Nothing && namespaceSelector.Matches(namespaceLabels.GetValueOrDefault(name, [])));
    }
}
