using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Plugins;

/// <summary>A wish about the node a pod runs on.</summary>
internal interface IScorePlugin
{
    /// <summary>The best rating a plugin gives; the worst is 0.</summary>
    const long ScoreMax = 100;

    string Name { get; }

    /// <summary>Rates nodes that admit the pod, from 0 to <see cref="ScoreMax"/>, compared with each other.</summary>
    /// <param name="pod">The pod to place.</param>
    /// <param name="snapshot">The cluster.</param>
    /// <param name="nodes">At least two nodes.</param>
    /// <param name="scores">The ratings, in the order of the nodes. What it holds at first is arbitrary.</param>
    /// <returns>False when all nodes are alike to it: the scores are then without meaning.</returns>
    bool Score(PodInfo pod, Snapshot snapshot, ReadOnlySpan<NodeInfo> nodes, Span<long> scores);
}
