using Navarch.Scheduler.Matching;
using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Queue;
using Navarch.Scheduler.Snapshots;
using Navarch.Scheduler.Totals;

namespace Navarch.Scheduler.Plugins;

/// <summary>Pods of a kind lie evenly over zones, nodes or whatever a constraint names; by default over nodes and zones.</summary>
internal sealed class PodTopologySpreadPlugin : IFilterPlugin, IScorePlugin
{
    // A class costs some 20 bytes per node. With more templates than this being placed in turn, some are counted anew.
    private const int ClassesMax = 512;

    // What pods get that state nothing: upstream's values, wishes only.
    private const int HostnameSkewMax = 3;
    private const int ZoneSkewMax = 5;

    private static readonly Refusal MissingLabel =
        Refusal.ByNode("node(s) didn't match pod topology spread constraints (missing required label)");

    private static readonly Refusal TooUneven = Refusal.ByPods("node(s) didn't match pod topology spread constraints");

    private ClassCache<PodClass, SpreadTotals> required = new(ClassesMax);
    private ClassCache<PodClass, SpreadTotals> preferred = new(ClassesMax);
    private ClassCache<DefaultClass, SpreadTotals> defaults = new(ClassesMax);
    private Topology topology = new();
    private int[] domainSeen = []; // By domain number: the search in which it was last met.
    private int search;

    private readonly record struct DefaultClass(PodClass Pods, LabelPredicate Siblings);

    public string Name => "PodTopologySpread";

    public INodeFilter? For(PodInfo pod, Snapshot snapshot)
    {
        if (!Array.Exists(pod.SpreadConstraints, constraint => constraint.IsRequired))
        {
            return null;
        }

        StartOverIfStale(snapshot);
        var totals = required.GetOrAdd(
            pod.Class,
            static a => new SpreadTotals(a.pod, Array.FindAll(a.pod.SpreadConstraints, c => c.IsRequired), a.topology, needsAllKeys: true),
            (pod, topology));
        totals.Update(snapshot.Nodes);
        return new Filter(pod, totals);
    }

    /// <summary>Any pod that the constraints select, and any node, can change which domain is fullest or emptiest.</summary>
    public bool MayHelp(PodInfo pod, in ClusterChange change) => change.Pod is { } other
        ? other.Namespace == pod.Namespace
            && Array.Exists(pod.SpreadConstraints, constraint => constraint.IsRequired && constraint.Pods.Matches(other.Labels))
        : change.IsNode || change.Kind == ClusterChangeKind.NodeRemoved;

    public bool Score(PodInfo pod, Snapshot snapshot, ReadOnlySpan<NodeInfo> nodes, Span<long> scores)
    {
        StartOverIfStale(snapshot);
        var isDefault = pod.SpreadConstraints.Length == 0;
        var totals = isDefault ? Default(pod, snapshot) : Preferred(pod);
        if (totals is null)
        {
            return false;
        }

        totals.Update(snapshot.Nodes);
        Rate(totals, nodes, scores, ignoresIncomplete: !isDefault);
        return true;
    }

    /// <summary>
    /// Domains with few pods are best. A domain's count weighs more where there are more domains, as then fewer pods per domain
    /// are to be expected.
    /// </summary>
    private void Rate(SpreadTotals totals, ReadOnlySpan<NodeInfo> nodes, Span<long> scores, bool ignoresIncomplete)
    {
        const long Ignored = -1;
        var raw = new double[nodes.Length];
        var complete = nodes.Length;
        for (var i = 0; i < nodes.Length; i++)
        {
            scores[i] = ignoresIncomplete && !totals.HasAllKeys(nodes[i]) ? Ignored : 0;
            complete -= scores[i] == Ignored ? 1 : 0;
        }

        foreach (var spread in totals.Spreads)
        {
            var byNode = spread.Constraint.TopologyKey == SpreadConstraint.HostnameKey;
            var weight = Math.Log((byNode ? complete : CountDomains(spread, nodes, scores)) + 2);
            for (var i = 0; i < nodes.Length; i++)
            {
                var domain = spread.DomainOf(nodes[i]);
                if (domain >= 0)
                {
                    raw[i] += ((byNode ? spread.PodsOn(nodes[i]) : spread.PodsIn(domain)) * weight) + spread.Constraint.SkewMax - 1;
                }
            }
        }

        var (min, max) = (long.MaxValue, 0L);
        for (var i = 0; i < nodes.Length; i++)
        {
            if (scores[i] != Ignored)
            {
                scores[i] = (long)Math.Round(raw[i], MidpointRounding.AwayFromZero);
                (min, max) = (Math.Min(min, scores[i]), Math.Max(max, scores[i]));
            }
        }

        for (var i = 0; i < nodes.Length; i++)
        {
            scores[i] = scores[i] == Ignored ? 0
                : max == 0 ? IScorePlugin.ScoreMax
                : IScorePlugin.ScoreMax * (max + min - scores[i]) / max;
        }
    }

    /// <summary>Number of different domains among the nodes that are rated; lacking the label is one of its own.</summary>
    private int CountDomains(Spread spread, ReadOnlySpan<NodeInfo> nodes, ReadOnlySpan<long> scores)
    {
        search++;
        if (domainSeen.Length <= spread.DomainNumbers)
        {
            domainSeen = new int[(spread.DomainNumbers * 2) + 1];
        }

        var count = 0;
        for (var i = 0; i < nodes.Length; i++)
        {
            var slot = spread.DomainOf(nodes[i]) + 1;
            if (scores[i] >= 0 && domainSeen[slot] != search)
            {
                domainSeen[slot] = search;
                count++;
            }
        }

        return count;
    }

    private void StartOverIfStale(Snapshot snapshot)
    {
        if (topology.IsStale(snapshot.NodeCount))
        {
            topology = new Topology();
            (required, preferred, defaults) = (new(ClassesMax), new(ClassesMax), new(ClassesMax));
        }
    }

    private SpreadTotals? Preferred(PodInfo pod) =>
        Array.Exists(pod.SpreadConstraints, constraint => !constraint.IsRequired)
            ? preferred.GetOrAdd(
                pod.Class,
                static a => new SpreadTotals(a.pod, Array.FindAll(a.pod.SpreadConstraints, c => !c.IsRequired), a.topology, needsAllKeys: true),
                (pod, topology))
            : null;

    private SpreadTotals? Default(PodInfo pod, Snapshot snapshot) =>
        snapshot.Workloads.Of(pod) is { } siblings
            ? defaults.GetOrAdd(
                new DefaultClass(pod.Class, siblings),
                static a => new SpreadTotals(a.pod, DefaultConstraints(a.siblings), a.topology, needsAllKeys: false),
                (pod, siblings, topology))
            : null;

    private static SpreadConstraint[] DefaultConstraints(LabelPredicate siblings) =>
    [
        new(SpreadConstraint.HostnameKey, HostnameSkewMax, siblings),
        new(SpreadConstraint.ZoneKey, ZoneSkewMax, siblings),
    ];

    private sealed class Filter(PodInfo pod, SpreadTotals totals) : INodeFilter
    {
        // Worked out once: the emptiest domain does not depend on the node asked about.
        private readonly int[] allowed = Allowed(pod, totals);

        public bool Admits(NodeInfo node)
        {
            var spreads = totals.Spreads;
            for (var i = 0; i < spreads.Length; i++)
            {
                var domain = spreads[i].DomainOf(node);
                if (domain < 0 || spreads[i].PodsIn(domain) > allowed[i])
                {
                    return false;
                }
            }

            return true;
        }

        public Refusal Explain(NodeInfo node)
        {
            foreach (var spread in totals.Spreads)
            {
                if (spread.DomainOf(node) < 0)
                {
                    return MissingLabel;
                }
            }

            return TooUneven;
        }

        /// <summary>By constraint: how many pods a domain may have already for one more to keep the skew allowed.</summary>
        private static int[] Allowed(PodInfo pod, SpreadTotals totals)
        {
            var result = new int[totals.Spreads.Length];
            for (var i = 0; i < result.Length; i++)
            {
                var spread = totals.Spreads[i];
                var self = spread.Constraint.Pods.Matches(pod.Labels) ? 1 : 0;
                result[i] = spread.PodsInEmptiestDomain() + spread.Constraint.SkewMax - self;
            }

            return result;
        }
    }
}
