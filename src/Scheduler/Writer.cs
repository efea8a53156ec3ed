using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Client;

namespace Navarch.Scheduler;

/// <summary>Carries decisions to the API server, many at a time, and tells the loop how bindings ended.</summary>
internal sealed partial class Writer(
    IClient client,
    EventRecorder events,
    ChannelReader<WriteJob> jobs,
    ChannelWriter<Report> reports,
    string schedulerName,
    int requestsMax,
    TimeProvider time,
    ILogger log)
{
    private const string PreemptedMessage = "preempting to accommodate a higher priority pod";

    /// <summary>Works until cancelled. A binding in progress then may or may not have been stored.</summary>
    public Task RunAsync(CancellationToken ct) => Task.WhenAll(Enumerable.Range(0, requestsMax).Select(_ => WorkAsync(ct)));

    private async Task WorkAsync(CancellationToken ct)
    {
        await Task.Yield();
        await foreach (var job in jobs.ReadAllAsync(ct))
        {
            switch (job)
            {
                case WriteJob.Bind bind:
                    await BindAsync(bind, ct);
                    break;
                case WriteJob.Explain explain:
                    await ExplainAsync(explain, ct);
                    break;
                case WriteJob.Evict evict:
                    await EvictAsync(evict, ct);
                    break;
                default:
                    throw new InvalidOperationException($"unknown job {job}");
            }
        }
    }

    private async Task BindAsync(WriteJob.Bind job, CancellationToken ct)
    {
        var pod = job.Pod;
        var binding = new Binding
        {
            Metadata = new ObjectMeta { Namespace = pod.Namespace, Name = pod.Name, UID = pod.Uid },
            Target = new ObjectReference { Kind = "Node", Name = job.NodeName },
        };
        Exception? error = null;
        try
        {
            await client.PostAsync<Pod, Binding, Status>(NamespacedName.Of(pod.Pod), "binding", binding, ct);
            events.Normal(pod.Pod, "Scheduled", $"Successfully assigned {pod} to {job.NodeName}");
        }
        catch (Exception e) when (IsOfTheWorld(e, ct))
        {
            error = e;
        }

        await reports.WriteAsync(new Report.OfBinding(job.Queued, pod, error), ct);
        if (error is ApiException { IsNotFound: true })
        {
            return; // The pod is gone; nobody is left to tell.
        }

        if (error is not null)
        {
            LogBindingFailed(log, pod.ToString(), job.NodeName, error.Message);
            await ExplainAsync(new WriteJob.Explain(pod, "SchedulerError", $"binding rejected: {error.Message}", NominatedNodeName: null), ct);
        }
    }

    private async Task ExplainAsync(WriteJob.Explain job, CancellationToken ct)
    {
        events.Warning(job.Pod.Pod, "FailedScheduling", job.Message);
        if (PodStatusPatch.Of(job, time.GetUtcNow()) is not { } patch)
        {
            return;
        }

        try
        {
            await client.PatchAsync<Pod>(NamespacedName.Of(job.Pod.Pod), patch, "status", ct);
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // The pod is gone, or another of its name has come.
        }
        catch (Exception e) when (IsOfTheWorld(e, ct))
        {
            LogNotExplained(log, job.Pod.ToString(), e.Message); // The next attempt to place it tells again.
        }
    }

    private async Task EvictAsync(WriteJob.Evict job, CancellationToken ct)
    {
        foreach (var victim in job.Victims)
        {
            try
            {
                if (!victim.IsTerminating)
                {
                    await client.PatchAsync<Pod>(
                        NamespacedName.Of(victim.Pod),
                        PodStatusPatch.OfVictim(victim, $"{schedulerName}: {PreemptedMessage}", time.GetUtcNow()),
                        "status",
                        ct);
                    await client.DeleteAsync(victim.Pod, ct);
                }

                events.Normal(victim.Pod, "Preempted", $"Preempted by pod {job.Pod.Uid} on node {job.NodeName}");
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                // It has left of its own accord.
            }
            catch (Exception e) when (IsOfTheWorld(e, ct))
            {
                LogNotEvicted(log, victim.ToString(), job.Pod.ToString(), e.Message); // The pod's next attempt decides anew.
            }
        }
    }

    private static bool IsOfTheWorld(Exception e, CancellationToken ct) => !ct.IsCancellationRequested && (e is ApiException || e.IsTransient);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Binding {Pod} to {Node} failed: {Cause}")]
    private static partial void LogBindingFailed(ILogger log, string pod, string node, string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The status of {Pod} could not be written: {Cause}")]
    private static partial void LogNotExplained(ILogger log, string pod, string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Victim} could not be evicted for {Pod}: {Cause}")]
    private static partial void LogNotEvicted(ILogger log, string victim, string pod, string cause);
}
