using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Queue;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Plugins;

/// <summary>A node must have free what a pod asks for; the node with most left free is rated best.</summary>
internal sealed class NodeResourcesFitPlugin : IFilterPlugin, IScorePlugin
{
    public string Name => "NodeResourcesFit";

    public INodeFilter For(PodInfo pod, Snapshot snapshot) => new Filter(pod.Requests);

    public bool MayHelp(PodInfo pod, in ClusterChange change) => change.Kind switch
    {
        ClusterChangeKind.NodeAdded => IsEnough(change.Node!, pod.Requests),
        ClusterChangeKind.NodeChanged => IsEnough(change.Node!, pod.Requests)
            && (change.NodeBefore!.Allocatable != change.Node!.Allocatable || change.NodeBefore.PodsMax != change.Node.PodsMax),
        ClusterChangeKind.PodRemoved => true, // It leaves at least its place among the pods of the node.
        ClusterChangeKind.PodShrunk => true,
        _ => false,
    };

    /// <summary>The mean of the free shares of CPU and memory that would be left.</summary>
    public bool Score(PodInfo pod, Snapshot snapshot, ReadOnlySpan<NodeInfo> nodes, Span<long> scores)
    {
        for (var i = 0; i < nodes.Length; i++)
        {
            var node = nodes[i];
            var has = node.Facts.Allocatable;
            var weights = (has.MilliCpu == 0 ? 0 : 1) + (has.Memory == 0 ? 0 : 1);
            var sum = FreeShare(node.ScoredMilliCpu + pod.ScoredMilliCpu, has.MilliCpu)
                + FreeShare(node.ScoredMemory + pod.ScoredMemory, has.Memory);
            scores[i] = weights == 0 ? 0 : sum / weights;
        }

        return true;
    }

    private static long FreeShare(long used, long has) => has == 0 || used > has ? 0 : (has - used) * IScorePlugin.ScoreMax / has;

    /// <summary>Whether the node, empty, could hold the pod.</summary>
    private static bool IsEnough(NodeFacts node, in Resources asks) =>
        node.PodsMax > 0
        && asks.MilliCpu <= node.Allocatable.MilliCpu
        && asks.Memory <= node.Allocatable.Memory
        && asks.EphemeralStorage <= node.Allocatable.EphemeralStorage
        && ScalarsFit(asks, node.Allocatable, default);

    private static bool ScalarsFit(in Resources asks, in Resources has, in Resources used)
    {
        if (asks.Scalars.Count == 0)
        {
            return true;
        }

        foreach (var (name, amount) in asks.Scalars)
        {
            if (amount > has.Scalars.Find(name) - used.Scalars.Find(name))
            {
                return false;
            }
        }

        return true;
    }

    private sealed class Filter(Resources asks) : INodeFilter
    {
        // Bits of what a node lacks; scalars follow in the order of their names.
        private const int TooManyPods = 0;
        private const int Cpu = 1;
        private const int Memory = 2;
        private const int EphemeralStorage = 3;
        private const int FirstScalar = 4;
        private const int LastScalar = 61;

        // By the set of what is lacking: thousands of full nodes lack the same.
        private readonly Dictionary<long, Refusal> refusals = [];

        // What is not asked for is not compared: a node that is overcommitted still takes pods that ask for nothing.
        public bool Admits(NodeInfo node)
        {
            var has = node.Facts.Allocatable;
            var used = node.Requested;
            return node.Pods.Length < node.Facts.PodsMax
                && (asks.MilliCpu == 0 || asks.MilliCpu <= has.MilliCpu - used.MilliCpu)
                && (asks.Memory == 0 || asks.Memory <= has.Memory - used.Memory)
                && (asks.EphemeralStorage == 0 || asks.EphemeralStorage <= has.EphemeralStorage - used.EphemeralStorage)
                && ScalarsFit(asks, has, used);
        }

        public Refusal Explain(NodeInfo node)
        {
            var (has, used) = (node.Facts.Allocatable, node.Requested);
            var (lacking, isTooSmall) = (0L, false);
            Check(TooManyPods, node.Pods.Length >= node.Facts.PodsMax ? 1 : 0, 0, 0);
            Check(Cpu, asks.MilliCpu, has.MilliCpu, used.MilliCpu);
            Check(Memory, asks.Memory, has.Memory, used.Memory);
            Check(EphemeralStorage, asks.EphemeralStorage, has.EphemeralStorage, used.EphemeralStorage);
            var bit = FirstScalar;
            foreach (var (name, amount) in asks.Scalars)
            {
                Check(bit, amount, has.Scalars.Find(name), used.Scalars.Find(name));
                bit = Math.Min(bit + 1, LastScalar);
            }

            var key = isTooSmall ? ~lacking : lacking;
            if (!refusals.TryGetValue(key, out var refusal))
            {
                refusals.Add(key, refusal = new Refusal(Reasons(lacking), EvictionMayHelp: !isTooSmall));
            }

            return refusal;

            void Check(int what, long amount, long capacity, long taken)
            {
                if (amount > 0 && amount > capacity - taken)
                {
                    lacking |= 1L << what;
                    isTooSmall |= what != TooManyPods && amount > capacity;
                }
            }
        }

        private List<string> Reasons(long lacking)
        {
            string[] names = ["", "cpu", "memory", "ephemeral-storage", .. asks.Scalars.Keys.Take(LastScalar - FirstScalar + 1)];
            var reasons = new List<string>();
            for (var what = 0; what < names.Length; what++)
            {
                if ((lacking & (1L << what)) != 0)
                {
                    reasons.Add(what == TooManyPods ? "Too many pods" : $"Insufficient {names[what]}");
                }
            }

            return reasons;
        }
    }
}
