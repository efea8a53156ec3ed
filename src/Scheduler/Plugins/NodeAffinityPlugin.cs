using Navarch.Scheduler.Matching;
using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Queue;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Plugins;

/// <summary>Node selector and node affinity: the nodes a pod insists on, and those it would rather have.</summary>
internal sealed class NodeAffinityPlugin : IFilterPlugin, IScorePlugin
{
    private static readonly Refusal NoMatch = Refusal.ByNode("node(s) didn't match Pod's node affinity/selector");

    public string Name => "NodeAffinity";

    public INodeFilter? For(PodInfo pod, Snapshot snapshot) => pod.RequiredNodes is { } required ? new Filter(required) : null;

    public bool MayHelp(PodInfo pod, in ClusterChange change) =>
        change.IsNode && (pod.RequiredNodes is null || pod.RequiredNodes.Matches(change.Node!));

    public bool Score(PodInfo pod, Snapshot snapshot, ReadOnlySpan<NodeInfo> nodes, Span<long> scores)
    {
        var preferred = pod.Pod.Spec.Affinity?.NodeAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? [];
        if (preferred.Count == 0)
        {
            return false;
        }

        scores.Clear();
        foreach (var wish in preferred)
        {
            // Unlike a required term, a preferred term without conditions is every node's: it changes nothing.
            var term = new NodePredicate(wish.Preference);
            for (var i = 0; i < nodes.Length; i++)
            {
                scores[i] += term.Matches(nodes[i].Facts) ? wish.Weight : 0;
            }
        }

        return Normalize.ByMaximum(scores);
    }

    private sealed class Filter(RequiredNodes required) : INodeFilter
    {
        public bool Admits(NodeInfo node) => required.Matches(node.Facts);

        public Refusal Explain(NodeInfo node) => NoMatch;
    }
}
