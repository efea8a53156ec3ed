using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Queue;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Plugins;

/// <summary>Two pods cannot have the same port of a node.</summary>
internal sealed class NodePortsPlugin : IFilterPlugin
{
    private static readonly Refusal Taken = Refusal.ByPods("node(s) didn't have free ports for the requested pod ports");

    public string Name => "NodePorts";

    public INodeFilter? For(PodInfo pod, Snapshot snapshot) => pod.HostPorts.Length == 0 ? null : new Filter(pod.HostPorts);

    public bool MayHelp(PodInfo pod, in ClusterChange change) => change.Kind switch
    {
        ClusterChangeKind.NodeAdded => true,
        ClusterChangeKind.PodRemoved => !AreFree(pod.HostPorts, change.Pod!.HostPorts),
        _ => false,
    };

    private static bool AreFree(HostPort[] wanted, HostPort[] taken)
    {
        foreach (var port in wanted)
        {
            foreach (var other in taken)
            {
                if (port.ConflictsWith(other))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private sealed class Filter(HostPort[] wanted) : INodeFilter
    {
        public bool Admits(NodeInfo node)
        {
            if (node.PodsWithHostPorts == 0)
            {
                return true;
            }

            foreach (var pod in node.Pods)
            {
                if (!AreFree(wanted, pod.HostPorts))
                {
                    return false;
                }
            }

            return true;
        }

        public Refusal Explain(NodeInfo node) => Taken;
    }
}
