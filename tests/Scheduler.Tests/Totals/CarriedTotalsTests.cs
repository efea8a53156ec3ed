using Navarch.Scheduler.Plugins;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Tests.Totals;

public class CarriedTotalsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_plugin_with_a_past_rates_as_one_without(int seed)
    {
        var random = new Random(seed);
        var state = new ClusterState();
        var old = (Spread: new PodTopologySpreadPlugin(), Affinity: new InterPodAffinityPlugin());
        var snapshots = new List<Snapshot>();
        for (var i = 0; i < 300; i++)
        {
            Change(random, state);
            snapshots.Add(state.TakeSnapshot());

            // Also back in time: snapshots are imagined and dropped when preempting.
            var snapshot = snapshots[random.Next(3) == 0 ? random.Next(snapshots.Count) : snapshots.Count - 1];
            var pod = A.Info(A.Pod(
                "new",
                labels: [new("app", $"{random.Next(3)}")],
                affinity: random.Next(2) == 0 ? A.PreferNear($"{random.Next(3)}", topologyKey: "zone") : null,
                spread: random.Next(2) == 0 ? [A.Spread($"{random.Next(3)}", otherwise: "ScheduleAnyway"), A.Spread("1", "kubernetes.io/hostname", otherwise: "ScheduleAnyway")] : []));
            var nodes = snapshot.Order.Select(index => snapshot.Nodes[index]!).ToArray();
            if (nodes.Length > 1)
            {
                Assert.Equal(Rate(new PodTopologySpreadPlugin()), Rate(old.Spread));
                Assert.Equal(Rate(new InterPodAffinityPlugin()), Rate(old.Affinity));
            }

            long[] Rate(IScorePlugin plugin)
            {
                var scores = new long[nodes.Length];
                return plugin.Score(pod, snapshot, nodes, scores) ? scores : [];
            }
        }
    }

    private static void Change(Random random, ClusterState state)
    {
        var (node, pod) = ($"n{random.Next(12)}", $"p{random.Next(60)}");
        switch (random.Next(8))
        {
            case 0:
                state.RemoveNode(node);
                break;
            case 1 or 2:
                state.SetNode(A.Node(node, labels: random.Next(5) == 0 ? [] : [new("zone", $"z{random.Next(3)}")]));
                break;
            case 3:
                state.RemovePod("default-" + pod);
                break;
            default:
                state.SetPod(A.Info(A.Pod(
                    pod,
                    node: node,
                    labels: [new("app", $"{random.Next(3)}")],
                    terminating: random.Next(10) == 0,
                    affinity: random.Next(4) switch { 0 => A.PreferNear("1", topologyKey: "zone"), 1 => A.Near("0"), _ => null })));
                break;
        }
    }
}
