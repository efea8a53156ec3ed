using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Navarch.Api.Apps.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Api.Policy.V1;
using Navarch.Client;
using Navarch.Scheduler.Matching;
using Navarch.Scheduler.Plugins;
using Navarch.Scheduler.Preemption;
using Navarch.Scheduler.Queue;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler;

/// <summary>The scheduler, put together: informers report to the loop, the loop decides, the writer binds.</summary>
public static class SchedulerProcess
{
    // Decisions that wait for the server. When it is this far behind, placing waits.
    private const int WritesMax = 4096;

    /// <summary>Places pods until cancelled.</summary>
    public static async Task RunAsync(
        SchedulerConfig config, IClient client, ILoggerFactory logs, TimeProvider time, Random random, CancellationToken ct)
    {
        // Unbounded, but what can wait in it is bounded by what changes while one pod is placed: the loop drains it in between.
        var reports = Channel.CreateUnbounded<Report>(new UnboundedChannelOptions { SingleReader = true });
        var writes = Channel.CreateBounded<WriteJob>(new BoundedChannelOptions(WritesMax) { SingleWriter = true });

        var informers = new InformerFactory(client, time, logs, new Random(random.Next()));
        Subscribe(informers, reports.Writer);

        var events = new EventRecorder(client, config.SchedulerName, config.Host, time, logs.CreateLogger<EventRecorder>());
        var state = new ClusterState();
        var queue = new SchedulingQueue(time);
        var algorithm = new SchedulingAlgorithm(PluginSet.Default(), new Random(random.Next()), config.PercentageOfNodesToScore);
        var loop = new SchedulingLoop(
            state,
            queue,
            algorithm,
            new Preemptor(algorithm, new Random(random.Next())),
            new ReportHandler(config.SchedulerName, state, queue),
            reports.Reader,
            writes.Writer,
            time,
            logs.CreateLogger<SchedulingLoop>());
        var writer = new Writer(
            client, events, writes.Reader, reports.Writer, config.SchedulerName, config.RequestsMax, time, logs.CreateLogger<Writer>());

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task[] parts =
        [
            informers.RunAsync(stop.Token),
            events.RunAsync(stop.Token),
            Task.Run(() => writer.RunAsync(stop.Token), stop.Token),
            Task.Run(() => RunLoopAsync(loop, informers, stop.Token), stop.Token),
        ];
        await Task.WhenAny(parts);
        await stop.CancelAsync();
        await Task.WhenAll(parts); // What ended first says why.
    }

    // Placing on half a picture of the cluster would overfill the nodes whose pods are not known yet.
    private static async Task RunLoopAsync(SchedulingLoop loop, InformerFactory informers, CancellationToken ct)
    {
        await informers.WaitForSyncAsync(ct);
        await loop.RunAsync(ct);
    }

    private static void Subscribe(InformerFactory informers, ChannelWriter<Report> reports)
    {
        // Pods that have ended take nothing of their node.
        informers.Get<Pod>(ListQuery.All with { FieldSelector = "status.phase!=Succeeded,status.phase!=Failed" })
            .Subscribe((before, after) => reports.TryWrite(new Report.OfPod(before, after)));
        informers.Get<Node>().Subscribe((before, after) => reports.TryWrite(new Report.OfNode(before, after)));
        informers.Get<Namespace>().Subscribe(
            (before, after) => reports.TryWrite(new Report.OfNamespace((after ?? before)!.Metadata.Name, after?.Metadata.Labels)));
        informers.Get<PodDisruptionBudget>().Subscribe((before, after) => reports.TryWrite(new Report.OfBudget(before, after)));
        informers.Get<Service>().Subscribe((before, after) =>
        {
            var metadata = (after ?? before)!.Metadata;
            var (had, has) = (before?.Spec.Selector ?? [], after?.Spec.Selector ?? []);
            if (!had.Equals(has))
            {
                reports.TryWrite(new Report.OfService(metadata.Namespace, metadata.Name, had, has));
            }
        });

        informers.Get<ReplicaSet>().Subscribe((before, after) => OfController(reports, before, after, set => set.Spec.Selector));
        informers.Get<StatefulSet>().Subscribe((before, after) => OfController(reports, before, after, set => set.Spec.Selector));
        informers.Get<ReplicationController>().Subscribe(
            (before, after) => OfController(reports, before, after, controller => new LabelSelector { MatchLabels = controller.Spec.Selector }));
    }

    private static void OfController<T>(ChannelWriter<Report> reports, T? before, T? after, Func<T, LabelSelector?> selector)
        where T : class, Api.IResource<T>
    {
        // Status changes with every pod; the selector never does.
        if (before is null || after is null)
        {
            var resource = (after ?? before)!;
            var key = new WorkloadKey(T.ResourceType.Kind, resource.Metadata.Namespace, resource.Metadata.Name);
            reports.TryWrite(new Report.OfController(key, after is null ? null : LabelPredicate.Of(selector(after))));
        }
    }
}
