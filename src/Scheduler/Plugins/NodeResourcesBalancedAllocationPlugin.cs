using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Plugins;

/// <summary>Prefers nodes whose shares of used CPU and used memory the pod brings closer together, so that neither runs out first.</summary>
internal sealed class NodeResourcesBalancedAllocationPlugin : IScorePlugin
{
    public string Name => "NodeResourcesBalancedAllocation";

    public bool Score(PodInfo pod, Snapshot snapshot, ReadOnlySpan<NodeInfo> nodes, Span<long> scores)
    {
        var asks = pod.Requests;
        if (asks is { MilliCpu: 0, Memory: 0 })
        {
            return false; // It moves no balance anywhere; rating it would gather such pods on one node.
        }

        for (var i = 0; i < nodes.Length; i++)
        {
            var has = nodes[i].Facts.Allocatable;
            var used = nodes[i].Requested;
            var with = Balance(used.MilliCpu + asks.MilliCpu, used.Memory + asks.Memory, has);
            var without = Balance(used.MilliCpu, used.Memory, has);
            scores[i] = (IScorePlugin.ScoreMax / 2) + (((IScorePlugin.ScoreMax / 2) + with - without) / 2);
        }

        return true;
    }

    // With two resources the standard deviation is half the distance; with one, there is nothing to balance.
    private static long Balance(long milliCpu, long memory, in Resources has)
    {
        if (has.MilliCpu == 0 || has.Memory == 0)
        {
            return IScorePlugin.ScoreMax;
        }

        var cpuShare = Math.Min(1, (double)milliCpu / has.MilliCpu);
        var memoryShare = Math.Min(1, (double)memory / has.Memory);
        return (long)((1 - (Math.Abs(cpuShare - memoryShare) / 2)) * IScorePlugin.ScoreMax);
    }
}
