using Microsoft.Extensions.Logging;
using Navarch.Cluster.Processes;

namespace Navarch.Cluster.ControlPlanes;

/// <summary>Keeps the processes of the control planes running: one that has ended is started again.</summary>
public sealed partial class Supervisor(ControlPlaneProcesses processes, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    // Who ends right after it was started is not started at once again and again.
    private static readonly TimeSpan DelayMax = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Stable = TimeSpan.FromSeconds(30);

    public async Task RunAsync(CancellationToken ct)
    {
        var watched = processes.All.Select(process => new Watched(process.Daemon, process.Ensure)).ToList();
        while (true)
        {
            foreach (var process in watched)
            {
                Keep(process);
            }

            await Task.Delay(Period, time, ct);
        }
    }

    private void Keep(Watched process)
    {
        if (process.Daemon.Running is { } running)
        {
            process.Last = running;
            if (process.Delay > TimeSpan.Zero && time.GetElapsedTime(process.StartedAt) > Stable)
            {
                process.Delay = TimeSpan.Zero;
            }

            return;
        }

        if (process.Last is { } ended)
        {
            ProcessSignals.Reap(ended);
            process.Last = null;
            LogEnded(process.Daemon.Name, process.Delay.TotalSeconds);
        }

        if (time.GetElapsedTime(process.StartedAt) < process.Delay)
        {
            return;
        }

        process.StartedAt = time.GetTimestamp();
        process.Delay = process.Delay == TimeSpan.Zero ? TimeSpan.FromSeconds(1) : process.Delay * 2 < DelayMax ? process.Delay * 2 : DelayMax;
        try
        {
            process.Ensure();
        }
        catch (Exception e) when (e is ClusterException or IOException or Network.Netlink.NetlinkException)
        {
            LogNotStarted(process.Daemon.Name, e);
        }
    }

    private sealed class Watched(Daemon daemon, Func<bool> ensure)
    {
        public Daemon Daemon => daemon;

        public Func<bool> Ensure => ensure;

        public ProcessIdentity? Last { get; set; }

        public long StartedAt { get; set; }

        public TimeSpan Delay { get; set; }
    }

    [LoggerMessage(LogLevel.Warning, "{Name} has ended; it is started again, not sooner than {Seconds} s after the last start")]
    private partial void LogEnded(string name, double seconds);

    [LoggerMessage(LogLevel.Error, "{Name} cannot be started")]
    private partial void LogNotStarted(string name, Exception cause);
}
