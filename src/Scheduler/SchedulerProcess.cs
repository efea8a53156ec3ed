using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Navarch.Client;
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

    /// <summary>Places pods until cancelled; with a lease configured, while it is held.</summary>
    public static Task RunAsync(
        SchedulerConfig config, IClient client, ILoggerFactory logs, TimeProvider time, Random random, CancellationToken ct)
    {
        if (config.LeaderElection is not { } election)
        {
            return PlaceAsync(config, client, logs, time, random, ct);
        }

        var elector = new LeaderElector(client, election, time, new Random(random.Next()), logs.CreateLogger<LeaderElector>());
        return elector.RunAsync(leading => PlaceAsync(config, client, logs, time, random, leading), ct);
    }

    // Whoever becomes leader begins with an empty picture: what another leader has done since is in the API and nowhere else.
    private static async Task PlaceAsync(
        SchedulerConfig config, IClient client, ILoggerFactory logs, TimeProvider time, Random random, CancellationToken ct)
    {
        // Unbounded, but what can wait in it is bounded by what changes while one pod is placed: the loop drains it in between.
        var reports = Channel.CreateUnbounded<Report>(new UnboundedChannelOptions { SingleReader = true });
        var writes = Channel.CreateBounded<WriteJob>(new BoundedChannelOptions(WritesMax) { SingleWriter = true });

        var informers = new InformerFactory(client, time, logs, new Random(random.Next()));
        var source = new ReportSource(
            client, informers, reports.Writer, time, new Random(random.Next()), logs.CreateLogger("Navarch.Scheduler.Reports"));

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
            Task.Run(() => RunLoopAsync(loop, source, stop.Token), stop.Token),
        ];
        await Task.WhenAny(parts);
        await stop.CancelAsync();
        await Task.WhenAll(parts); // What ended first says why.
    }

    private static async Task RunLoopAsync(SchedulingLoop loop, ReportSource source, CancellationToken ct)
    {
        await source.StartAsync(ct);
        await loop.RunAsync(ct);
    }
}
