using System.Collections.Immutable;
using Navarch.Api;
using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Totals;

/// <summary>For a class of pods: in which domains are the pods it wants to be near or away from, and the pods that want the same of it.</summary>
internal sealed class AffinityTotals(PodInfo pod, Topology topology) : ClusterTotals
{
    // A required wish of a placed pod to be near pods like the new one counts for as much as a preferred one of weight 1.
    private const int RequiredNearWeight = 1;

    private readonly AffinityTerms? own = pod.Affinity;
    private ImmutableDictionary<string, Map<string>> namespaceLabels = Snapshot.Empty.NamespaceLabels;

    /// <summary>Placed pods that refuse the company of this class.</summary>
    public TopologyCounts Refusing { get; } = new(topology);

    /// <summary>Placed pods that match all terms the class must be near to.</summary>
    public TopologyCounts WantedNear { get; } = new(topology);

    /// <summary>Placed pods that match any term the class must be away from.</summary>
    public TopologyCounts WantedAway { get; } = new(topology);

    /// <summary>Sums of weights, for and against.</summary>
    public TopologyCounts Preference { get; } = new(topology);

    public void Update(Snapshot snapshot)
    {
        if (namespaceLabels != snapshot.NamespaceLabels)
        {
            // Which pods a namespace selector means has changed: count anew.
            MoveTo(NodeTable.Empty);
            namespaceLabels = snapshot.NamespaceLabels;
        }

        MoveTo(snapshot.Nodes);
    }

    protected override void NodeAdded(NodeInfo node)
    {
    }

    protected override void NodeRemoved(NodeInfo node)
    {
    }

    protected override void Count(NodeInfo node, PodInfo other, int sign)
    {
        if (own is not null)
        {
            CountWishesOfClass(own, node, other, sign);
        }

        if (other.Affinity is { } wishes)
        {
            CountWishesOfOther(wishes, node, sign);
        }
    }

    private void CountWishesOfClass(AffinityTerms wishes, NodeInfo node, PodInfo other, int sign)
    {
        if (wishes.RequiredNear.Length > 0 && Array.TrueForAll(wishes.RequiredNear, term => term.Matches(other, namespaceLabels)))
        {
            foreach (var term in wishes.RequiredNear)
            {
                WantedNear.Of(term.TopologyKey).Add(node, sign);
            }
        }

        foreach (var term in wishes.RequiredAway)
        {
            WantedAway.Of(term.TopologyKey).Add(node, term.Matches(other, namespaceLabels) ? sign : 0);
        }

        foreach (var term in wishes.PreferredNear)
        {
            Preference.Of(term.TopologyKey).Add(node, term.Matches(other, namespaceLabels) ? sign * term.Weight : 0);
        }

        foreach (var term in wishes.PreferredAway)
        {
            Preference.Of(term.TopologyKey).Add(node, term.Matches(other, namespaceLabels) ? -sign * term.Weight : 0);
        }
    }

    private void CountWishesOfOther(AffinityTerms wishes, NodeInfo node, int sign)
    {
        foreach (var term in wishes.RequiredAway)
        {
            Refusing.Of(term.TopologyKey).Add(node, term.Matches(pod, namespaceLabels) ? sign : 0);
        }

        foreach (var term in wishes.RequiredNear)
        {
            Preference.Of(term.TopologyKey).Add(node, term.Matches(pod, namespaceLabels) ? sign * RequiredNearWeight : 0);
        }

        foreach (var term in wishes.PreferredNear)
        {
            Preference.Of(term.TopologyKey).Add(node, term.Matches(pod, namespaceLabels) ? sign * term.Weight : 0);
        }

        foreach (var term in wishes.PreferredAway)
        {
            Preference.Of(term.TopologyKey).Add(node, term.Matches(pod, namespaceLabels) ? -sign * term.Weight : 0);
        }
    }
}
