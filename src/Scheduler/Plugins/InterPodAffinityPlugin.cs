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

    private ClassCache<PodClass, AffinityTotals> classes = new(ClassesMax);
    private Topology topology = new();

    public string Name => "InterPodAffinity";

    public INodeFilter? For(PodInfo pod, Snapshot snapshot)
    {
        if (pod.Affinity is not { RequiredNear.Length: > 0 } and not { RequiredAway.Length: > 0 } && snapshot.PodsWithRequiredAway == 0)
        {
            return null;
        }

        var totals = Totals(pod, snapshot);
        var near = pod.Affinity?.RequiredNear ?? [];
        var away = pod.Affinity?.RequiredAway ?? [];
        return new Filter(
            Array.ConvertAll(near, term => totals.WantedNear.Of(term.TopologyKey)),
            Array.ConvertAll(away, term => totals.WantedAway.Of(term.TopologyKey)),
            totals.Refusing.IsEmpty ? null : totals.Refusing,
            isFirst: totals.WantedNear.IsEmpty && Array.TrueForAll(near, term => term.Matches(pod, snapshot.NamespaceLabels)));
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
            scores[i] = preference.Sum(nodes[i]);
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
        if (topology.IsStale(snapshot.NodeCount))
        {
            (topology, classes) = (new Topology(), new ClassCache<PodClass, AffinityTotals>(ClassesMax));
        }

        var totals = classes.GetOrAdd(pod.Class, static a => new AffinityTotals(a.pod, a.topology), (pod, topology));
        totals.Update(snapshot);
        return totals;
    }

    /// <param name="near">For each term the pod must be near to, where the pods it means are.</param>
    /// <param name="away">For each term the pod must be away from, where the pods it means are.</param>
    /// <param name="refusing">Where pods are that refuse this one; null when nowhere.</param>
    /// <param name="isFirst">There are no pods yet to be near to, and the pod itself is of their kind.</param>
    private sealed class Filter(DomainCounts[] near, DomainCounts[] away, TopologyCounts? refusing, bool isFirst) : INodeFilter
    {
        public bool Admits(NodeInfo node) => FirstBroken(node) is null;

        public Refusal Explain(NodeInfo node) => FirstBroken(node) ?? throw new InvalidOperationException($"node {node} is admitted");

        private Refusal? FirstBroken(NodeInfo node)
        {
            foreach (var pods in near)
            {
                // The first of a group that wants to be near itself has to be let in somewhere.
                if (pods.Domains.Of(node) == TopologyDomains.None || (pods.Of(node) <= 0 && !isFirst))
                {
                    return NotNear;
                }
            }

            foreach (var pods in away)
            {
                if (pods.Of(node) > 0)
                {
                    return NotAway;
                }
            }

            return refusing is not null && refusing.AnyPositive(node) ? Refused : null;
        }
    }
}
