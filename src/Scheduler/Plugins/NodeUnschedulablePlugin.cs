using Navarch.Api.Core.V1;
using Navarch.Scheduler.Matching;
using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Queue;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Plugins;

/// <summary>A cordoned node takes no new pods, but those that tolerate just that.</summary>
internal sealed class NodeUnschedulablePlugin : IFilterPlugin
{
    private static readonly Refusal Cordoned = Refusal.ByNode("node(s) were unschedulable");
    private static readonly Filter Instance = new();
    private static readonly Taint Cordon = new() { Key = "node.kubernetes.io/unschedulable", Effect = TaintEffect.NoSchedule };

    public string Name => "NodeUnschedulable";

    public INodeFilter? For(PodInfo pod, Snapshot snapshot) => pod.Pod.Spec.Tolerations.Tolerate(Cordon) ? null : Instance;

    public bool MayHelp(PodInfo pod, in ClusterChange change) => change is { IsNode: true, Node.Node.Spec.Unschedulable: false };

    private sealed class Filter : INodeFilter
    {
        public bool Admits(NodeInfo node) => !node.Facts.Node.Spec.Unschedulable;

        public Refusal Explain(NodeInfo node) => Cordoned;
    }
}
