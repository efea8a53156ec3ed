namespace Navarch.Scheduler.Plugins;

/// <summary>A wish and how much it counts.</summary>
internal readonly record struct WeightedScore(IScorePlugin Plugin, long Weight);

/// <summary>The rules and wishes of a scheduler. Plugins keep working memory: a set belongs to one loop.</summary>
/// <param name="Filters">In the order of asking. The first that refuses a node gives the reason, so cheap and final ones go first.</param>
/// <param name="Scores">Order without meaning.</param>
internal sealed record PluginSet(IReadOnlyList<IFilterPlugin> Filters, IReadOnlyList<WeightedScore> Scores)
{
    /// <summary>Upstream's default profile: the same rules, order and weights.</summary>
    public static PluginSet Default()
    {
        var taints = new TaintTolerationPlugin();
        var nodeAffinity = new NodeAffinityPlugin();
        var fit = new NodeResourcesFitPlugin();
        var spread = new PodTopologySpreadPlugin();
        var podAffinity = new InterPodAffinityPlugin();
        return new PluginSet(
            [new NodeUnschedulablePlugin(), new NodeNamePlugin(), taints, nodeAffinity, new NodePortsPlugin(), fit, spread, podAffinity],
            [
                new(taints, 3),
                new(nodeAffinity, 2),
                new(spread, 2),
                new(podAffinity, 2),
                new(fit, 1),
                new(new NodeResourcesBalancedAllocationPlugin(), 1),
                new(new ImageLocalityPlugin(), 1),
            ]);
    }
}
