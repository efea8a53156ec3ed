using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Navarch.Api.Core.V1;
using Navarch.Client;

namespace Navarch.Kubelet.Pods;

/// <summary>
/// Brings the statuses of pods to the API server, newest only: a status that was never written and has a successor is
/// skipped. Writes of one pod are in order; pods do not wait for each other.
/// </summary>
internal sealed partial class PodStatusWriter(IClient client, TimeProvider time, ILogger log)
{
    private const int WritersMax = 4;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly Lock _guard = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    // Unbounded, but every pod is in it at most once.
    private readonly Channel<string> _queue = Channel.CreateUnbounded<string>();

    /// <summary>The status that the pod should have. Returns at once.</summary>
    /// <param name="pod">As the API had it last.</param>
    public void Publish(Pod pod, PodStatus status)
    {
        var uid = pod.Metadata.UID;
        lock (_guard)
        {
            var entry = _entries.TryGetValue(uid, out var known) ? known : _entries[uid] = new Entry(pod);
            if (Write.RevisionOf(pod.Metadata.ResourceVersion) > Write.RevisionOf(entry.Latest.Metadata.ResourceVersion))
            {
                entry.Latest = pod;
            }
            if (entry.Wanted == status)
            {
                return;
            }
            entry.Wanted = status;
            entry.Written = false;
            if (!entry.Queued)
            {
                entry.Queued = true;
                _queue.Writer.TryWrite(uid);
            }
        }
    }

    /// <summary>Returns when the newest published status of the pod is written, or cannot be because the pod is gone.</summary>
    public async Task FlushAsync(string uid, CancellationToken ct)
    {
        while (true)
        {
            Task written;
            lock (_guard)
            {
                if (!_entries.TryGetValue(uid, out var entry) || entry.Written)
                {
                    return;
                }
                written = entry.Progress.Task;
            }
            await written.WaitAsync(ct);
        }
    }

    /// <summary>Drops what is known of a pod that is gone.</summary>
    public void Forget(string uid)
    {
        lock (_guard)
        {
            _entries.Remove(uid);
        }
    }

    public Task RunAsync(CancellationToken ct) => Task.WhenAll(Enumerable.Range(0, WritersMax).Select(_ => WriteAllAsync(ct)));

    private async Task WriteAllAsync(CancellationToken ct)
    {
        await foreach (var uid in _queue.Reader.ReadAllAsync(ct))
        {
            if (Take(uid) is not var (latest, wanted))
            {
                continue; // The pod is gone.
            }
            try
            {
                await WriteAsync(uid, latest, wanted, ct);
                Finish(uid);
            }
            catch (ApiException e) when (!e.IsTransient && !e.IsUnauthorized)
            {
                // Refused for what it is: the same again would be refused again.
                LogFailed(log, uid, e.Message);
                GiveUp(uid, wanted);
                Finish(uid);
            }
            catch (Exception e) when (!ct.IsCancellationRequested && e.IsTransient)
            {
                LogFailed(log, uid, e.Message);
                // The delay occupies a writer: a server in trouble must not be asked by all of them without pause.
                await Task.Delay(RetryDelay, time, ct);
                _queue.Writer.TryWrite(uid);
            }
        }
    }

    private (Pod Latest, PodStatus Wanted)? Take(string uid)
    {
        lock (_guard)
        {
            return _entries.TryGetValue(uid, out var entry) && entry.Wanted is { } wanted ? (entry.Latest, wanted) : null;
        }
    }

    private async Task WriteAsync(string uid, Pod latest, PodStatus wanted, CancellationToken ct)
    {
        while (true)
        {
            var merged = latest with { Status = Merge(latest.Status, wanted) };
            if (merged.Status == latest.Status)
            {
                Remember(uid, latest, wanted);
                return;
            }
            try
            {
                Remember(uid, await client.UpdateStatusAsync(merged, ct), wanted);
                return;
            }
            catch (ApiException e) when (e.IsConflict || e.IsNotFound)
            {
                // Others write too. Whose pod it is now decides what to do.
                if (await client.FindAsync<Pod>(NamespacedName.Of(latest), ct) is { } now && now.Metadata.UID == uid)
                {
                    latest = now;
                    continue;
                }
                Remember(uid, latest, wanted);
                return;
            }
        }
    }

    /// <summary>Conditions and nominations that others write stay as they are in the newest object.</summary>
    private static PodStatus Merge(PodStatus newest, PodStatus wanted) => wanted with
    {
        Conditions = [.. wanted.Conditions.Where(condition => PodConditions.IsOwned(condition.Type)), .. newest.Conditions.Where(condition => !PodConditions.IsOwned(condition.Type))],
        NominatedNodeName = newest.NominatedNodeName,
        Resize = newest.Resize,
        ResourceClaimStatuses = newest.ResourceClaimStatuses,
    };

    private void Remember(string uid, Pod stored, PodStatus wanted)
    {
        lock (_guard)
        {
            if (_entries.TryGetValue(uid, out var entry))
            {
                entry.Latest = stored;
                entry.Written = entry.Wanted == wanted;
            }
        }
    }

    private void GiveUp(string uid, PodStatus refused)
    {
        lock (_guard)
        {
            if (_entries.TryGetValue(uid, out var entry))
            {
                entry.Written = entry.Wanted == refused; // One that was published meanwhile has not been asked for yet.
            }
        }
    }

    private void Finish(string uid)
    {
        TaskCompletionSource progress;
        lock (_guard)
        {
            if (!_entries.TryGetValue(uid, out var entry))
            {
                return;
            }
            if (!entry.Written)
            {
                _queue.Writer.TryWrite(uid); // A newer one came meanwhile.
                return;
            }
            entry.Queued = false;
            progress = entry.Progress;
            entry.Progress = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        progress.TrySetResult();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The status of pod {Uid} was not written: {Cause}")]
    private static partial void LogFailed(ILogger log, string uid, string cause);

    private sealed class Entry(Pod latest)
    {
        public Pod Latest { get; set; } = latest;

        public PodStatus? Wanted { get; set; }

        public bool Written { get; set; }

        public bool Queued { get; set; }

        public TaskCompletionSource Progress { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
