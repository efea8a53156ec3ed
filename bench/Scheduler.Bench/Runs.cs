using System.Diagnostics;
using Navarch.Scheduler.Matching;
using Navarch.Scheduler.Plugins;
using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Bench;

/// <summary>Places a workload in memory: from a pod as the informer hands it over to the node that is counted as taken.</summary>
internal static class Runs
{
    public static Figures Ours(Workload workload, int nodes, int pods)
    {
        var state = Cluster(workload, nodes);
        var algorithm = new SchedulingAlgorithm(PluginSet.Default(), new Random(1));
        var stream = Enumerable.Range(0, pods).Select(workload.Pod).ToList();
        return Measure(state, pods, i =>
        {
            var pod = new PodInfo(stream[i]);
            if (algorithm.Place(pod, state.TakeSnapshot()) is Placement.On on)
            {
                state.Assume(pod, on.Node.Name);
            }
        });
    }

    /// <summary>The last <paramref name="sample"/> pods of the workload are placed the plain way, those before as above.</summary>
    public static Figures Naive(Workload workload, int nodes, int pods, int sample)
    {
        var state = Cluster(workload, nodes);
        var algorithm = new SchedulingAlgorithm(PluginSet.Default(), new Random(1));
        for (var i = 0; i < pods - sample; i++)
        {
            var pod = new PodInfo(workload.Pod(i));
            if (algorithm.Place(pod, state.TakeSnapshot()) is Placement.On on)
            {
                state.Assume(pod, on.Node.Name);
            }
        }

        var naive = new NaiveScheduler([.. state.TakeSnapshot().Order.Select(index => state.TakeSnapshot().Nodes[index]!)]);
        var stream = Enumerable.Range(pods - sample, sample).Select(workload.Pod).ToList();
        return Measure(state, sample, i => naive.Place(stream[i]));
    }

    private static ClusterState Cluster(Workload workload, int nodes)
    {
        var state = new ClusterState();
        for (var i = 0; i < nodes; i++)
        {
            state.SetNode(Workload.Node(i));
        }

        for (var app = 0; app < workload.Templates; app++)
        {
            state.SetController(new WorkloadKey("ReplicaSet", "default", Workload.AppName(app)), LabelPredicate.OfPairs(Workload.Labels(app)));
        }

        return state;
    }

    private static Figures Measure(ClusterState state, int pods, Action<int> place)
    {
        GC.Collect();
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var cpu = Figures.CpuTime();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < pods; i++)
        {
            place(i);
        }

        watch.Stop();
        cpu = Figures.CpuTime() - cpu;
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        var snapshot = state.TakeSnapshot();
        return new Figures(pods, watch.Elapsed.TotalSeconds, cpu.TotalSeconds, bytes / pods, snapshot.Order.Max(index => snapshot.Nodes[index]!.Pods.Length));
    }
}
