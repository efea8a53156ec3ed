using Navarch.Api.Core.V1;
using Navarch.Scheduler.Plugins;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Tests.Plugins;

/// <summary>Asks one plugin about one pod.</summary>
internal static class Ask
{
    /// <summary>Names of the nodes that admit the pod.</summary>
    public static string[] Admitting(this IFilterPlugin plugin, Pod pod, ClusterState state)
    {
        var snapshot = state.TakeSnapshot();
        var filter = plugin.For(A.Info(pod), snapshot);
        return [.. Nodes(snapshot).Where(node => filter is null || filter.Admits(node)).Select(node => node.Name)];
    }

    /// <summary>Why the node does not admit the pod.</summary>
    public static Refusal Refusal(this IFilterPlugin plugin, Pod pod, ClusterState state, string node)
    {
        var snapshot = state.TakeSnapshot();
        return plugin.For(A.Info(pod), snapshot)!.Explain(snapshot.FindNode(node)!);
    }

    /// <summary>The ratings of all nodes, in the order of their names; empty when they are all alike.</summary>
    public static long[] Ratings(this IScorePlugin plugin, Pod pod, ClusterState state)
    {
        var snapshot = state.TakeSnapshot();
        NodeInfo[] nodes = [.. Nodes(snapshot)];
        var scores = new long[nodes.Length];
        scores.AsSpan().Fill(-77); // What it holds at first must not matter.
        return plugin.Score(A.Info(pod), snapshot, nodes, scores) ? scores : [];
    }

    private static IEnumerable<NodeInfo> Nodes(Snapshot snapshot) =>
        snapshot.Order.Select(index => snapshot.Nodes[index]!).OrderBy(node => node.Name, StringComparer.Ordinal);
}
