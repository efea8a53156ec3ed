using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Totals;

/// <summary>
/// A sum over all pods of the cluster that is carried from one snapshot to the next by visiting only the pods that came or went.
/// It is a function of the snapshot alone; what it keeps between calls saves time and nothing else.
/// </summary>
/// <remarks>
/// Rules about other pods ask, for every pod to place, how many pods of some kind are in each zone or on each node. Counting anew
/// makes one placement cost as much as the cluster is large. Snapshots share what has not changed, so the difference is cheap to find:
/// chunks by reference, then nodes by reference, then the pods of a node by common beginning and end.
/// </remarks>
internal abstract class ClusterTotals : INodeObserver
{
    private NodeTable seen = NodeTable.Empty;

    void INodeObserver.Changed(NodeInfo? before, NodeInfo? after)
    {
        if (before is not null && after is not null && before.Facts == after.Facts)
        {
            PodsChanged(before, after);
            return;
        }

        if (before is not null)
        {
            foreach (var pod in before.Pods)
            {
                Count(before, pod, sign: -1);
            }

            NodeRemoved(before);
        }

        if (after is not null)
        {
            NodeAdded(after);
            foreach (var pod in after.Pods)
            {
                Count(after, pod, sign: 1);
            }
        }
    }

    /// <summary>Makes the totals those of <paramref name="nodes"/>.</summary>
    protected void MoveTo(NodeTable nodes)
    {
        NodeTable.Compare(seen, nodes, this);
        seen = nodes;
    }

    /// <summary>A node came, its pods not yet counted.</summary>
    protected abstract void NodeAdded(NodeInfo node);

    /// <summary>A node went, its pods no longer counted.</summary>
    protected abstract void NodeRemoved(NodeInfo node);

    /// <param name="node">The node the pod is on.</param>
    /// <param name="pod">The pod.</param>
    /// <param name="sign">1 when the pod came, -1 when it went.</param>
    protected abstract void Count(NodeInfo node, PodInfo pod, int sign);

    private void PodsChanged(NodeInfo before, NodeInfo after)
    {
        ReadOnlySpan<PodInfo> old = before.Pods;
        ReadOnlySpan<PodInfo> now = after.Pods;
        var same = old.CommonPrefixLength(now);
        old = old[same..];
        now = now[same..];
        while (old.Length > 0 && now.Length > 0 && ReferenceEquals(old[^1], now[^1]))
        {
            old = old[..^1];
            now = now[..^1];
        }

        foreach (var pod in old)
        {
            Count(before, pod, sign: -1);
        }

        foreach (var pod in now)
        {
            Count(after, pod, sign: 1);
        }
    }
}
