using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Queue;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Plugins;

/// <summary>A pod that names its node runs there or nowhere.</summary>
internal sealed class NodeNamePlugin : IFilterPlugin
{
    private static readonly Refusal OtherNode = Refusal.ByNode("node(s) didn't match the requested node name");

    public string Name => "NodeName";

    public INodeFilter? For(PodInfo pod, Snapshot snapshot) => pod.Pod.Spec.NodeName.Length == 0 ? null : new Filter(pod.Pod.Spec.NodeName);

    public bool MayHelp(PodInfo pod, in ClusterChange change) => change.IsNode && change.Node!.Name == pod.Pod.Spec.NodeName;

    private sealed class Filter(string name) : INodeFilter
    {
        public bool Admits(NodeInfo node) => node.Name == name;

        public Refusal Explain(NodeInfo node) => OtherNode;
    }
}
