using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Queue;
using Navarch.Scheduler.Snapshots;
using Navarch.Scheduler.Totals;

namespace Navarch.Scheduler.Plugins;

/// <summary>Pods are near the pods they want to be near, away from those they want to be away from, and refuse whom they refuse.</summary>
internal sealed class InterPodAffinityPlugin : IFilterPlugin, IScorePlugin
{
    private const int ClassesMax = 512;

    private static readonly Refusal NotNear = Refusal.ByNode("node(s) didn't match pod affinity rules");
    private static readonly Refusal NotAway = Refusal.ByPods("node(s) didn't match pod anti-affinity rules");
    private static readonly Refusal Refused = Refusal.ByPods("node(s) didn't satisfy existing pods anti-affinity rules");

    private readonly ClassCache<PodClass, AffinityTotals> classes = new(ClassesMax);

    public string Name => "InterPodAffinity";

    public INodeFilter? For(PodInfo pod, Snapshot snapshot)
    {
        if (pod.Affinity is not { RequiredNear.Length: > 0 } and not { RequiredAway.Length: > 0 } && snapshot.PodsWithRequiredAway == 0)
        {
            return null;
        }

        var totals = Totals(pod, snapshot);
        return new Filter(
            pod.Affinity?.RequiredNear ?? [],
            pod.Affinity?.RequiredAway ?? [],
            totals,
            Array.TrueForAll(pod.Affinity?.RequiredNear ?? [], term => term.Matches(pod, snapshot.NamespaceLabels)));
    }

    public bool MayHelp(PodInfo pod, in ClusterChange change) => change.Kind switch
    {
        ClusterChangeKind.PodAdded => pod.Affinity is { RequiredNear.Length: > 0 },
        ClusterChangeKind.PodRemoved =>
            pod.Affinity is { RequiredAway.Length: > 0 } || change.Pod!.Affinity is { RequiredAway.Length: > 0 },
        ClusterChangeKind.PodChanged or ClusterChangeKind.NodeAdded or ClusterChangeKind.NamespaceChanged => true,
        ClusterChangeKind.NodeChanged => !change.NodeBefore!.Labels.Equals(change.Node!.Labels),
        _ => false,
    };

    public bool Score(PodInfo pod, Snapshot snapshot, ReadOnlySpan<NodeInfo> nodes, Span<long> scores)
    {
        if (pod.Affinity is not { PreferredNear.Length: > 0 } and not { PreferredAway.Length: > 0 } && snapshot.PodsWithAffinity == 0)
        {
            return false;
        }

        var preference = Totals(pod, snapshot).Preference;
        if (preference.IsEmpty)
        {
            return false;
        }

        var (min, max) = (long.MaxValue, long.MinValue);
        for (var i = 0; i < nodes.Length; i++)
        {
            scores[i] = preference.Sum(nodes[i].Facts.Labels);
            (min, max) = (Math.Min(min, scores[i]), Math.Max(max, scores[i]));
        }

        if (min == max)
        {
            return false;
        }

        for (var i = 0; i < nodes.Length; i++)
        {
            scores[i] = (long)(IScorePlugin.ScoreMax * ((double)(scores[i] - min) / (max - min)));
        }

        return true;
    }

    private AffinityTotals Totals(PodInfo pod, Snapshot snapshot)
    {
        var totals = classes.GetOrAdd(pod.Class, static pod => new AffinityTotals(pod), pod);
        totals.Update(snapshot);
        return totals;
    }

    /// <param name="near">Terms the pod must be near to.</param>
    /// <param name="away">Terms the pod must be away from.</param>
    /// <param name="totals">Where the pods they mean are.</param>
    /// <param name="selfMatches">The pod itself matches all terms it must be near to.</param>
    private sealed class Filter(AffinityTerm[] near, AffinityTerm[] away, AffinityTotals totals, bool selfMatches) : INodeFilter
    {
        public bool Admits(NodeInfo node) => FirstBroken(node) is null;

        public Refusal Explain(NodeInfo node) => FirstBroken(node) ?? throw new InvalidOperationException($"node {node} is admitted");

        private Refusal? FirstBroken(NodeInfo node)
        {
            var labels = node.Facts.Labels;
            if (near.Length > 0 && !IsNear(node))
            {
                return NotNear;
            }

            foreach (var term in away)
            {
                if (totals.WantedAway.Of(term.TopologyKey, labels) > 0)
                {
                    return NotAway;
                }
            }

            return !totals.Refusing.IsEmpty && totals.Refusing.AnyPositive(labels) ? Refused : null;
        }

        private bool IsNear(NodeInfo node)
        {
            var labels = node.Facts.Labels;
            var all = true;
            foreach (var term in near)
            {
                if (!labels.ContainsKey(term.TopologyKey))
                {
                    return false;
                }

                all &= totals.WantedNear.Of(term.TopologyKey, labels) > 0;
            }

            // The first of a group that wants to be near itself has to be let in somewhere.
            return all || (selfMatches && totals.WantedNear.IsEmpty);
        }
    }
}
