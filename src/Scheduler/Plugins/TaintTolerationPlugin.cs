using Navarch.Api.Core.V1;
using Navarch.Scheduler.Matching;
using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Queue;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Plugins;

/// <summary>Taints keep away pods that do not tolerate them; soft taints count against the node.</summary>
internal sealed class TaintTolerationPlugin : IFilterPlugin, IScorePlugin
{
    // Upstream named key and value here until 1.34.2; they may be confidential, and whoever reads a pod's status need not read nodes.
    private static readonly Refusal Tainted = Refusal.ByNode("node(s) had untolerated taint(s)");

    public string Name => "TaintToleration";

    public INodeFilter For(PodInfo pod, Snapshot snapshot) => new Filter(pod.Pod.Spec.Tolerations);

    public bool MayHelp(PodInfo pod, in ClusterChange change) =>
        change.IsNode && pod.Pod.Spec.Tolerations.TolerateAll(change.Node!.HardTaints);

    public bool Score(PodInfo pod, Snapshot snapshot, ReadOnlySpan<NodeInfo> nodes, Span<long> scores)
    {
        for (var i = 0; i < nodes.Length; i++)
        {
            scores[i] = 0;
            foreach (var taint in nodes[i].Facts.SoftTaints)
            {
                scores[i] += pod.Pod.Spec.Tolerations.Tolerate(taint) ? 0 : 1;
            }
        }

        return Normalize.ByMaximum(scores, reverse: true);
    }

    private sealed class Filter(IReadOnlyList<Toleration> tolerations) : INodeFilter
    {
        public bool Admits(NodeInfo node) => node.Facts.HardTaints.Length == 0 || tolerations.TolerateAll(node.Facts.HardTaints);

        public Refusal Explain(NodeInfo node) => Tainted;
    }
}
