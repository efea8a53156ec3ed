using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Totals;

/// <summary>For each spread constraint of a class of pods: how many pods it selects in every domain and on every node.</summary>
/// <param name="pod">A pod of the class.</param>
/// <param name="constraints">The constraints to count for.</param>
/// <param name="topology">Numbers the domains.</param>
/// <param name="needsAllKeys">Nodes that lack the topology key of any constraint count for none.</param>
internal sealed class SpreadTotals(PodInfo pod, SpreadConstraint[] constraints, Topology topology, bool needsAllKeys) : ClusterTotals
{
    private readonly Spread[] spreads = [.. constraints.Select(constraint => new Spread(constraint, topology[constraint.TopologyKey]))];

    public ReadOnlySpan<Spread> Spreads => spreads;

    public void Update(NodeTable nodes)
    {
        foreach (var spread in spreads)
        {
            spread.Reserve(nodes.Capacity);
        }

        MoveTo(nodes);
    }

    /// <summary>Whether the node has the topology key of every constraint.</summary>
    public bool HasAllKeys(NodeInfo node)
    {
        foreach (var spread in spreads)
        {
            if (spread.DomainOf(node) < 0)
            {
                return false;
            }
        }

        return true;
    }

    protected override void NodeAdded(NodeInfo node)
    {
        var counts = !needsAllKeys || HasAllKeys(node);
        foreach (var spread in spreads)
        {
            spread.Add(node, counts && spread.Constraint.Includes(node.Facts, pod));
        }
    }

    protected override void NodeRemoved(NodeInfo node)
    {
        foreach (var spread in spreads)
        {
            spread.Remove(node);
        }
    }

    protected override void Count(NodeInfo node, PodInfo other, int sign)
    {
        // A pod that is on its way out is as good as gone: its replacement takes its place in the spread.
        if (other.IsTerminating || other.Namespace != pod.Namespace)
        {
            return;
        }

        foreach (var spread in spreads)
        {
            if (!spread.Constraint.Pods.IsEmpty && spread.Constraint.Pods.Matches(other.Labels))
            {
                spread.Count(node, sign);
            }
        }
    }
}
