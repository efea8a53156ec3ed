using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Navarch.Api;

namespace Navarch.Client;

/// <summary>
/// Runs one reconciler: changes become keys, keys are handled by a few workers, failures come back later. A key that wrote
/// something is held until the informers show what it wrote, so that no pass decides on a view older than its own actions.
/// </summary>
public sealed partial class ReconcilerHost : IDisposable
{
    // A write that an informer never shows (it is out of its scope, or the server is a strange one) must not hold a key forever.
    private static readonly TimeSpan HoldMax = TimeSpan.FromSeconds(30);

    private readonly IReconciler reconciler;
    private readonly int workers;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly Trigger[] triggers;
    private readonly Dictionary<ResourceType, IInformer[]> informersByType;
    private readonly WorkQueue<NamespacedName> queue;
    private readonly ConcurrentDictionary<NamespacedName, Hold> held = new();
    private readonly List<IDisposable?> subscriptions = [];
    private long passes;
    private long failures;

    public ReconcilerHost(IReconciler reconciler, int workers, TimeProvider time, Random random, ILogger log)
    {
        this.reconciler = reconciler;
        this.workers = workers;
        this.time = time;
        this.log = log;
        triggers = [.. reconciler.Triggers];
        informersByType = triggers.Select(trigger => trigger.Informer).Distinct()
            .GroupBy(informer => informer.ResourceType).ToDictionary(group => group.Key, group => group.ToArray());
        queue = new WorkQueue<NamespacedName>(time, random);
    }

    /// <summary>Passes begun so far.</summary>
    public long Passes => Interlocked.Read(ref passes);

    /// <summary>Passes that threw.</summary>
    public long Failures => Interlocked.Read(ref failures);

    /// <summary>Keys ready, in work, delayed or held: 0 is rest.</summary>
    public int Pending => queue.TotalCount;

    /// <summary>Runs until cancelled. The informers are run by someone else.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        foreach (var informer in triggers.Select(trigger => trigger.Informer).Distinct())
        {
            await informer.WaitForSyncAsync(ct);
            informer.Advanced += ReleaseSeen;
        }

        foreach (var trigger in triggers)
        {
            subscriptions.Add(trigger.Connect(queue.Add, e => LogNotUnderstood(log, reconciler.Name, trigger.Informer.ResourceType.GroupResource, e)));
        }

        LogStarted(log, reconciler.Name, workers);
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => WorkAsync(ct)));
    }

    /// <summary>Puts a key in the queue, for triggers that are no change of an informer.</summary>
    public void Enqueue(NamespacedName key) => queue.Add(key);

    public void Dispose()
    {
        foreach (var informer in informersByType.Values.SelectMany(informers => informers))
        {
            informer.Advanced -= ReleaseSeen;
        }

        subscriptions.ForEach(subscription => subscription?.Dispose());
        queue.Dispose();
    }

    private async Task WorkAsync(CancellationToken ct)
    {
        await Task.Yield();
        while (true)
        {
            var key = await queue.TakeAsync(ct);
            try
            {
                if (!IsHeld(key))
                {
                    await PassAsync(key, ct);
                }
            }
            finally
            {
                queue.Done(key);
            }
        }
    }

    private async Task PassAsync(NamespacedName key, CancellationToken ct)
    {
        Interlocked.Increment(ref passes);
        var writes = WriteLog.Begin();
        try
        {
            var result = await reconciler.ReconcileAsync(key, ct);
            queue.Forget(key);
            if (result.RunAgainAfter is { } delay)
            {
                queue.AddAfter(key, delay);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            throw;
        }
        catch (ApiException e) when (e.IsConflict)
        {
            // Someone else was quicker. The informer will show what they did, the next pass decides on that.
            LogConflict(log, reconciler.Name, key, queue.AddFailed(key));
        }
        catch (ApiException e) when (e.IsNamespaceTerminating)
        {
            queue.Forget(key); // Nothing new comes into the namespace any more, however often that is tried; what is there goes.
        }
        catch (Exception e)
        {
            Interlocked.Increment(ref failures);
            var retry = queue.AddFailed(key);
            if ((e as ApiException)?.RetryAfter is { } asked && asked > retry)
            {
                queue.AddAfter(key, asked);
            }

            LogFailed(log, reconciler.Name, key, queue.FailuresOf(key), retry, e);
        }
        finally
        {
            HoldUntilSeen(key, writes.All);
        }
    }

    private void HoldUntilSeen(NamespacedName key, IReadOnlyList<Write> writes)
    {
        if (writes.All(HasBeenSeen))
        {
            return;
        }

        held[key] = new Hold(writes, time.GetUtcNow() + HoldMax);
        ReleaseSeen(); // An informer may have advanced between the question and the answer.
    }

    /// <summary>Whether the key must still wait. It is put back into the queue when it need not.</summary>
    private bool IsHeld(NamespacedName key)
    {
        if (!held.TryGetValue(key, out var hold))
        {
            return false;
        }

        if (!hold.Writes.All(HasBeenSeen))
        {
            if (time.GetUtcNow() < hold.Until)
            {
                hold.MarkAsked();
                queue.AddAfter(key, hold.Until - time.GetUtcNow());
                return held.ContainsKey(key) || Requeue(key);
            }

            LogHeldTooLong(log, reconciler.Name, key, HoldMax);
        }

        held.TryRemove(key, out _);
        return false;
    }

    // Released between the look and the mark: nobody else will remember that the key was asked for.
    private bool Requeue(NamespacedName key)
    {
        queue.Add(key);
        return true;
    }

    private void ReleaseSeen()
    {
        if (held.IsEmpty)
        {
            return;
        }

        foreach (var (key, hold) in held)
        {
            if (hold.Writes.All(HasBeenSeen) && held.TryRemove(KeyValuePair.Create(key, hold)) && hold.WasAsked)
            {
                queue.Add(key);
            }
        }
    }

    // A kind that the reconciler does not read is no part of its view.
    private bool HasBeenSeen(Write write) =>
        !informersByType.TryGetValue(write.Type, out var informers) || informers.All(informer => informer.HasSeen(write));

    /// <summary>Writes of a key that the informers have yet to show.</summary>
    private sealed class Hold(IReadOnlyList<Write> writes, DateTimeOffset until)
    {
        private int asked;

        public IReadOnlyList<Write> Writes => writes;

        public DateTimeOffset Until => until;

        /// <summary>The key came up while it was held: it is due as soon as it is released.</summary>
        public bool WasAsked => Volatile.Read(ref asked) != 0;

        // A full fence: who marks looks afterwards whether the hold still stands, who releases it looks for the mark.
        public void MarkAsked() => Interlocked.Exchange(ref asked, 1);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Reconciler} runs with {Workers} workers")]
    private static partial void LogStarted(ILogger log, string reconciler, int workers);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Reconciler} met a conflict on {Key}, again in {Delay}")]
    private static partial void LogConflict(ILogger log, string reconciler, NamespacedName key, TimeSpan delay);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Reconciler} failed on {Key} ({Failures} in a row), again in {Delay}")]
    private static partial void LogFailed(ILogger log, string reconciler, NamespacedName key, int failures, TimeSpan delay, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Reconciler} cannot say what a change of {Resource} concerns")]
    private static partial void LogNotUnderstood(ILogger log, string reconciler, string resource, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Reconciler} wrote for {Key} what its informers did not show within {Delay}")]
    private static partial void LogHeldTooLong(ILogger log, string reconciler, NamespacedName key, TimeSpan delay);
}
