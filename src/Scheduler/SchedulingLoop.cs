using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Navarch.Scheduler.Preemption;
using Navarch.Scheduler.Queue;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler;

/// <summary>
/// Takes one pod after the other from the queue, has it placed, and hands the binding to the writer without waiting for it: the
/// pod counts as running from then on. Everything that changes belongs to this loop, so nothing here is locked.
/// </summary>
internal sealed partial class SchedulingLoop(
    ClusterState state,
    SchedulingQueue queue,
    SchedulingAlgorithm algorithm,
    Preemptor preemptor,
    ReportHandler handler,
    ChannelReader<Report> reports,
    ChannelWriter<WriteJob> writes,
    TimeProvider time,
    ILogger log)
{
    // However much is reported, pods are placed in between.
    private const int ReportsPerTurnMax = 1000;

    /// <summary>Works until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            for (var i = 0; i < ReportsPerTurnMax && reports.TryRead(out var report); i++)
            {
                handler.Handle(report);
            }

            ct.ThrowIfCancellationRequested();
            if (queue.TryPop(out var next))
            {
                foreach (var job in Schedule(next))
                {
                    if (!writes.TryWrite(job))
                    {
                        await writes.WriteAsync(job, ct);
                    }
                }
            }
            else
            {
                await WaitAsync(ct);
            }
        }
    }

    /// <summary>Places one pod and says what is to be written about it.</summary>
    internal IReadOnlyList<WriteJob> Schedule(QueuedPod next)
    {
        var pod = next.Pod;
        try
        {
            var snapshot = state.TakeSnapshot();
            switch (algorithm.Place(pod, snapshot))
            {
                case Placement.On on:
                    state.Assume(pod, on.Node.Name);
                    state.Denominate(pod.Uid);
                    queue.On(new ClusterChange(ClusterChangeKind.PodAdded) { Pod = pod });
                    return [new WriteJob.Bind(next, pod, on.Node.Name)];
                case Placement.Nowhere nowhere:
                    return Refuse(next, snapshot, nowhere.Diagnosis);
                default:
                    throw new InvalidOperationException("unknown placement");
            }
        }
        catch (Exception e)
        {
            // A fault of ours that one pod brings to light must not hold up the others.
            LogFault(log, pod.ToString(), e);
            state.Forget(pod.Uid);
            queue.Failed(next);
            return [new WriteJob.Explain(pod, "SchedulerError", e.Message, NominatedNodeName: null)];
        }
    }

    private IReadOnlyList<WriteJob> Refuse(QueuedPod next, Snapshot snapshot, Diagnosis diagnosis)
    {
        var pod = next.Pod;
        var plan = preemptor.Plan(pod, snapshot, diagnosis);
        queue.Refused(next, diagnosis.RefusedBy);
        switch (plan)
        {
            case PreemptionPlan.Evict evict:
                state.Nominate(pod, evict.Node.Name);
                return
                [
                    new WriteJob.Evict(pod, evict.Node.Name, evict.Victims),
                    new WriteJob.Explain(pod, "Unschedulable", diagnosis.Message(""), evict.Node.Name),
                ];
            case PreemptionPlan.None none:
                if (!none.IsWaiting)
                {
                    state.Denominate(pod.Uid); // Room that was kept for the pod did not help it.
                }

                return [new WriteJob.Explain(pod, "Unschedulable", diagnosis.Message(none.Reason), none.IsWaiting ? null : "")];
            default:
                throw new InvalidOperationException("unknown plan");
        }
    }

    private async Task WaitAsync(CancellationToken ct)
    {
        var reported = reports.WaitToReadAsync(ct);
        if (reported.IsCompleted || queue.NextWakeup is not { } wakeup)
        {
            await reported;
            return;
        }

        var pause = wakeup - time.GetUtcNow();
        if (pause <= TimeSpan.Zero)
        {
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny(reported.AsTask(), Task.Delay(pause, time, stop.Token));
        await stop.CancelAsync();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Placing {Pod} failed")]
    private static partial void LogFault(ILogger log, string pod, Exception error);
}
