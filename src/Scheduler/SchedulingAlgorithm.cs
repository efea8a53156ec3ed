using Navarch.Scheduler.Plugins;
using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler;

/// <summary>
/// Decides where a pod runs, and does nothing else. First the rules: nodes are asked in turn until enough admit the pod. Then the
/// wishes: those nodes are rated, and one of the best is taken, at random so that several schedulers do not all take the same.
/// </summary>
/// <remarks>
/// In a large cluster not all nodes are asked: from 100 nodes on a share that falls from half to a twentieth, at least 100, gives
/// a choice that is hardly worse in a fraction of the time. Each search begins where the last one ended, so that all nodes have
/// their turn. An instance keeps working memory and belongs to one loop.
/// </remarks>
internal sealed class SchedulingAlgorithm(PluginSet plugins, Random random, int? percentageOfNodesToScore = null)
{
    // Below this a share would be too small a choice to speak of.
    private const int NodesWantedMin = 100;
    private const int PercentageMin = 5;

    private readonly INodeFilter[] filters = new INodeFilter[plugins.Filters.Count];
    private readonly IFilterPlugin[] filterPlugins = new IFilterPlugin[plugins.Filters.Count];
    private int filterCount;
    private NodeInfo[] feasible = [];
    private long[] totals = [];
    private long[] scores = [];
    private int start;

    /// <summary>The node for <paramref name="pod"/>, or why there is none. Does not change anything in the cluster.</summary>
    public Placement Place(PodInfo pod, Snapshot snapshot)
    {
        Prepare(pod, snapshot);
        if (NominatedNode(pod, snapshot) is { } nominated)
        {
            return new Placement.On(nominated, Evaluated: 1, Feasible: 1);
        }

        var candidates = Candidates(pod, snapshot);
        var evaluated = Find(pod, snapshot, candidates, out var found);
        return found switch
        {
            0 => new Placement.Nowhere(Diagnose(pod, snapshot, candidates)),
            1 => new Placement.On(feasible[0], evaluated, found),
            _ => new Placement.On(Best(pod, snapshot, feasible.AsSpan(0, found)), evaluated, found),
        };
    }

    /// <summary>Why a node does not admit the pod, or null when it does.</summary>
    public Refusal? Judge(PodInfo pod, Snapshot snapshot, NodeInfo node)
    {
        Prepare(pod, snapshot);
        return Explain(pod, snapshot, node, out _);
    }

    /// <summary>How many nodes that admit a pod are enough.</summary>
    internal static int NodesWanted(int nodes, int? percentage)
    {
        if (nodes < NodesWantedMin)
        {
            return nodes;
        }

        var share = percentage is > 0 ? Math.Min(percentage.Value, 100) : Math.Max(50 - (nodes / 125), PercentageMin);
        return Math.Max((int)((long)nodes * share / 100), NodesWantedMin);
    }

    private void Prepare(PodInfo pod, Snapshot snapshot)
    {
        filterCount = 0;
        foreach (var plugin in plugins.Filters)
        {
            if (plugin.For(pod, snapshot) is { } filter)
            {
                filterPlugins[filterCount] = plugin;
                filters[filterCount++] = filter;
            }
        }
    }

    /// <summary>The node that was cleared for this pod, if it is still free for it.</summary>
    private NodeInfo? NominatedNode(PodInfo pod, Snapshot snapshot) =>
        pod.Pod.Status.NominatedNodeName is { Length: > 0 } name
        && snapshot.FindNode(name) is { } node
        && Admits(pod, snapshot, node) ? node : null;

    /// <summary>Indexes of the nodes to ask, in order: all, or the few that the pod names.</summary>
    private static int[] Candidates(PodInfo pod, Snapshot snapshot)
    {
        if (pod.RequiredNodes?.OnlyNames is not { } names)
        {
            return snapshot.Order;
        }

        var indexes = new List<int>(names.Count);
        foreach (var name in names)
        {
            if (snapshot.IndexByName.TryGetValue(name, out var index))
            {
                indexes.Add(index);
            }
        }

        return [.. indexes];
    }

    /// <summary>Fills <see cref="feasible"/> until there are enough.</summary>
    /// <returns>How many nodes were asked.</returns>
    private int Find(PodInfo pod, Snapshot snapshot, int[] candidates, out int found)
    {
        found = 0;
        var wanted = NodesWanted(candidates.Length, percentageOfNodesToScore);
        if (feasible.Length < wanted)
        {
            feasible = new NodeInfo[wanted];
            totals = new long[wanted];
            scores = new long[wanted];
        }

        var at = candidates.Length == 0 ? 0 : start % candidates.Length;
        var evaluated = 0;
        while (evaluated < candidates.Length && found < wanted)
        {
            var node = snapshot.Nodes[candidates[at]]!;
            if (Admits(pod, snapshot, node))
            {
                feasible[found++] = node;
            }

            evaluated++;
            at = at + 1 == candidates.Length ? 0 : at + 1;
        }

        if (ReferenceEquals(candidates, snapshot.Order))
        {
            start = at;
        }

        return evaluated;
    }

    private bool Admits(PodInfo pod, Snapshot snapshot, NodeInfo node)
    {
        for (var i = 0; i < filterCount; i++)
        {
            if (!filters[i].Admits(node))
            {
                return false;
            }
        }

        return snapshot.Nominated.IsEmpty || WithNominated(pod, snapshot, node) is not { } fuller || AdmitsAlone(fuller);
    }

    private bool AdmitsAlone(NodeInfo node)
    {
        for (var i = 0; i < filterCount; i++)
        {
            if (!filters[i].Admits(node))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The node with the pods that wait for room on it and go before <paramref name="pod"/>; null when there are none.</summary>
    private static NodeInfo? WithNominated(PodInfo pod, Snapshot snapshot, NodeInfo node)
    {
        if (!snapshot.Nominated.TryGetValue(node.Index, out var waiting))
        {
            return null;
        }

        var fuller = node;
        foreach (var other in waiting)
        {
            fuller = other.Priority >= pod.Priority && other.Uid != pod.Uid ? fuller.With(other) : fuller;
        }

        return ReferenceEquals(fuller, node) ? null : fuller;
    }

    private Refusal? Explain(PodInfo pod, Snapshot snapshot, NodeInfo node, out IFilterPlugin? by)
    {
        var fuller = snapshot.Nominated.IsEmpty ? null : WithNominated(pod, snapshot, node);
        for (var i = 0; i < filterCount; i++)
        {
            foreach (var state in fuller is null ? [node] : (ReadOnlySpan<NodeInfo>)[node, fuller])
            {
                if (!filters[i].Admits(state))
                {
                    by = filterPlugins[i];
                    return filters[i].Explain(state);
                }
            }
        }

        by = null;
        return null;
    }

    private Diagnosis Diagnose(PodInfo pod, Snapshot snapshot, int[] candidates)
    {
        var refusals = new NodeRefusal[candidates.Length];
        var refusedBy = new List<IFilterPlugin>();
        for (var i = 0; i < candidates.Length; i++)
        {
            var node = snapshot.Nodes[candidates[i]]!;
            var refusal = Explain(pod, snapshot, node, out var by) ?? throw new InvalidOperationException($"node {node} admits {pod}");
            refusals[i] = new NodeRefusal(node, refusal);
            if (!refusedBy.Contains(by!))
            {
                refusedBy.Add(by!);
            }
        }

        if (candidates.Length == snapshot.NodeCount)
        {
            return new Diagnosis(snapshot.NodeCount, refusals, Others: null, refusedBy);
        }

        // Only nodes that the pod names were asked.
        var affinity = plugins.Filters.First(plugin => plugin is NodeAffinityPlugin);
        return new Diagnosis(
            snapshot.NodeCount,
            refusals,
            Refusal.ByNode($"node(s) didn't satisfy plugin(s) [{affinity.Name}]"),
            refusedBy.Contains(affinity) ? refusedBy : [.. refusedBy, affinity]);
    }

    private NodeInfo Best(PodInfo pod, Snapshot snapshot, ReadOnlySpan<NodeInfo> nodes)
    {
        var sums = totals.AsSpan(0, nodes.Length);
        var ratings = scores.AsSpan(0, nodes.Length);
        sums.Clear();
        foreach (var (plugin, weight) in plugins.Scores)
        {
            if (plugin.Score(pod, snapshot, nodes, ratings))
            {
                for (var i = 0; i < sums.Length; i++)
                {
                    sums[i] += ratings[i] * weight;
                }
            }
        }

        var (best, ties) = (long.MinValue, 0);
        foreach (var sum in sums)
        {
            ties = sum > best ? 1 : sum == best ? ties + 1 : ties;
            best = Math.Max(best, sum);
        }

        // Every node of the best rating is equally likely.
        var chosen = -1;
        for (var skip = random.Next(ties); skip >= 0; skip--)
        {
            chosen += 1 + sums[(chosen + 1)..].IndexOf(best);
        }

        return nodes[chosen];
    }
}
