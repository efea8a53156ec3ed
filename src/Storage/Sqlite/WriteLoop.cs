using System.Collections.Concurrent;
using System.Threading.Channels;
using Navarch.Storage.Watching;

namespace Navarch.Storage.Sqlite;

/// <summary>
/// The only writer: takes whatever writes have arrived, decides each against the state that the one before it left,
/// commits all of them with one fsync, tells the watchers and only then answers.
/// </summary>
/// <remarks>
/// <para>
/// No write waits for company. While one commit is on its way to the disk the next writes gather, so a group is as large as
/// the load makes it, and a lone writer pays one fsync and nothing else.
/// </para>
/// <para>
/// A caller who finds nothing under way commits its write itself: waking another thread, and being woken by it, takes
/// as long as half a commit. Whoever commits holds the turn, so that there is one writer all the same. Only where commits
/// are quick: threads of the pool must not wait for a slow disk.
/// </para>
/// <para>
/// Because revisions are given by who holds the turn and in order, and because nothing is answered or published before
/// its transaction is durable, whatever fails earlier can be rolled back without anybody having seen it.
/// A failure of the disk is answered to the writes of its group, and the next group tries again. Any other failure
/// means that this loop no longer knows what it is doing: it ends the store.
/// </para>
/// <para>
/// Expiry and compaction run here too, in small steps between groups, so that no write waits for long.
/// </para>
/// </remarks>
internal sealed class WriteLoop
{
    // Steps of upkeep, each a commit of its own; 250 revisions take about 2 ms.
    private const int ExpiriesPerStepMax = 256;
    private const long RevisionsPerCompactionMax = 250;

    private static readonly TimeSpan QuickCommitMax = TimeSpan.FromMilliseconds(1);

    // Only wakes the loop.
    private static readonly PendingWrite Wake = new(new StoreWrite("", null), [], CancellationToken.None);

    private readonly SqliteStoreConfig config;
    private readonly TimeProvider time;
    private readonly WriteConnection connection;
    private readonly Checkpointer checkpointer;
    private readonly WatchHub hub;
    private readonly Expiry expiry;
    private readonly Retention retention;
    private readonly Channel<PendingWrite> queue;
    private readonly ConcurrentQueue<CompactionRequest> compactionRequests = [];
    private readonly TaskCompletionSource completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Not a lock: a watcher that a commit runs may write, and must not find itself in the middle of that commit.
    private readonly SemaphoreSlim turn = new(1, 1);

    // Owned by who has the turn:
    private readonly List<PendingWrite> group = [];
    private bool hasEnded;
    private Exception? failure;

    // Owned by the thread of the loop:
    private readonly List<CompactionRequest> compactions = [];
    private readonly AutoResetEvent arrived = new(false);
    private readonly Action setArrived;
    private long compactionTarget;

    // Written by who has the turn, read by everyone:
    private long revision;
    private long compacted;
    private bool isQuick;

    public WriteLoop(SqliteStoreConfig config, TimeProvider time, WriteConnection connection, Checkpointer checkpointer, WatchHub hub)
    {
        (this.config, this.time, this.connection, this.checkpointer, this.hub) = (config, time, connection, checkpointer, hub);
        revision = connection.ReadRevision();
        compacted = compactionTarget = connection.ReadCompactedRevision();
        setArrived = () => arrived.Set();
        queue = Channel.CreateBounded<PendingWrite>(new BoundedChannelOptions(config.QueuedWritesMax)
        {
            SingleReader = true,

            // What continues is `setArrived` and, for a caller that found the queue full, the few lines of CommitAsync.
            AllowSynchronousContinuations = true,
        });
        expiry = new(time, WakeUp);
        expiry.Done(connection.FindNextExpiry());
        retention = new(time, config.Retention, revision, compacted, WakeUp);
    }

    public long Revision => Volatile.Read(ref revision);

    public long Compacted => Volatile.Read(ref compacted);

    /// <summary>Ends with the loop, in success or with the <see cref="StoreFailedException"/> that ended it.</summary>
    public Task Completion => completion.Task;

    /// <summary>Starts the thread. It blocks in fsync, which threads of the pool must not.</summary>
    public void Start() => new Thread(Run) { IsBackground = true, Name = "store writer" }.Start();

    /// <summary>No further writes. Those accepted are carried out; then <see cref="Completion"/> ends.</summary>
    public void Stop() => queue.Writer.TryComplete();

    /// <summary>Carries out a write. Cancellation has effect until its group begins.</summary>
    public async Task<CommitResult> CommitAsync(PendingWrite write, CancellationToken ct)
    {
        if (TryCommitHere(write))
        {
            return await write.Answer;
        }

        try
        {
            if (!queue.Writer.TryWrite(write))
            {
                await queue.Writer.WriteAsync(write, ct);
            }
        }
        catch (ChannelClosedException)
        {
            throw Ended();
        }
        return await write.Answer;
    }

    /// <summary>Compacts up to <paramref name="upTo"/>, between writes.</summary>
    public async Task CompactAsync(long upTo, CancellationToken ct)
    {
        var request = new CompactionRequest(upTo);
        compactionRequests.Enqueue(request);
        WakeUp();
        var first = await Task.WhenAny(request.Done.Task, completion.Task).WaitAsync(ct);
        if (first != request.Done.Task && !request.Done.Task.IsCompleted)
        {
            throw Ended();
        }
        await request.Done.Task;
    }

    private void Run()
    {
        try
        {
            while (WaitForWork())
            {
                turn.Wait();
                try
                {
                    Step();
                }
                catch
                {
                    hasEnded = true;
                    throw;
                }
                finally
                {
                    turn.Release();
                }
            }

            turn.Wait();
            hasEnded = true;
            turn.Release();
            ThrowIfFailed();
            hub.Complete(null);
            completion.SetResult();
        }
        catch (Exception e)
        {
            Fail(e as StoreFailedException ?? new StoreFailedException($"the store has ended: {e.Message}", e));
        }
        finally
        {
            expiry.Dispose();
            retention.Dispose();
            arrived.Dispose();
        }
    }

    /// <summary>One group, and one step of upkeep.</summary>
    private void Step()
    {
        ThrowIfFailed();
        Gather();
        Commit();
        expiry.Update();
        if (expiry.IsDue)
        {
            Expire();
        }
        Compact();
    }

    /// <summary>Carries out a write on the thread of its caller, if nothing else is under way.</summary>
    private bool TryCommitHere(PendingWrite write)
    {
        if (!Volatile.Read(ref isQuick) || queue.Reader.Count > 0 || !turn.Wait(0))
        {
            return false;
        }

        try
        {
            if (hasEnded)
            {
                return false;
            }

            group.Clear();
            if (write.TryBegin())
            {
                group.Add(write);
                Commit();
            }
        }
        catch (Exception e)
        {
            (hasEnded, failure) = (true, e);
            WakeUp(); // The loop tells it to everyone, the caller included.
        }
        finally
        {
            turn.Release();
        }

        return true;
    }

    private void ThrowIfFailed()
    {
        if (failure is not null)
        {
            throw failure;
        }
    }

    /// <summary>Waits for a write or an alarm if there is nothing else to do.</summary>
    /// <returns>False when the loop was stopped and all writes are done.</returns>
    private bool WaitForWork()
    {
        var hasUpkeep = expiry.IsDue || compactionTarget > compacted;
        return (hasUpkeep && !queue.Reader.Completion.IsCompleted) || WaitForWrite();
    }

    /// <summary>Fills the group with what has arrived.</summary>
    private void Gather()
    {
        group.Clear();
        var bytes = 0L;
        while (group.Count < config.WritesPerCommitMax && bytes < config.BytesPerCommitMax && queue.Reader.TryRead(out var write))
        {
            if (write != Wake && write.TryBegin())
            {
                group.Add(write);
                bytes += write.Bytes;
            }
        }
    }

    // Blocking on a Task would spin before it sleeps, and would be woken by way of the thread pool. Here the
    // writer's own thread sets the event.
    private bool WaitForWrite()
    {
        var arrival = queue.Reader.WaitToReadAsync().AsTask().GetAwaiter();
        if (!arrival.IsCompleted)
        {
            arrival.UnsafeOnCompleted(setArrived);
            arrived.WaitOne();
        }
        return arrival.GetResult();
    }

    /// <summary>Decides the writes of the group, makes them durable, publishes and answers them.</summary>
    private void Commit()
    {
        if (group.Count == 0)
        {
            return;
        }

        var began = time.GetTimestamp();
        var events = new List<StoreEvent>(group.Count);
        try
        {
            connection.Begin();
            foreach (var write in group)
            {
                Decide(write, events);
            }
            CommitTransaction(hasChanges: events.Count > 0);
            Volatile.Write(ref isQuick, time.GetElapsedTime(began) < QuickCommitMax);
        }
        catch (SqliteException e) when (e.IsOutside)
        {
            Refuse(e.ToStoreException("write"));
            return;
        }

        if (events.Count > 0)
        {
            Volatile.Write(ref revision, events[^1].ModRevision);
            hub.Publish(events);
            retention.Advance();
        }
        foreach (var write in group)
        {
            write.Complete();
        }
    }

    private void Decide(PendingWrite write, List<StoreEvent> events)
    {
        var current = connection.Find(write.Write.Key, write.Key);
        var change = WriteDecision.Decide(write.Write, current, revision + events.Count + 1);
        if (change is null)
        {
            write.Decide(new CommitResult.Conflict(current));
            return;
        }

        var deadline = expiry.Deadline(write.Write.TimeToLive);
        connection.Apply(change, write.Key, deadline);
        if (deadline is { } at)
        {
            expiry.Add(at);
        }
        events.Add(change);
        write.Decide(new CommitResult.Committed(change));
    }

    private void CommitTransaction(bool hasChanges)
    {
        checkpointer.BeforeCommit();
        connection.Commit();
        if (hasChanges)
        {
            checkpointer.AfterCommit(connection);
        }
    }

    /// <summary>
    /// The disk refused. Nobody has seen anything of this group, and the next one begins from the same state: it is written over this one.
    /// Where only the sync failed, this one comes true after all if the process dies before that; its writers are told so.
    /// </summary>
    private void Refuse(StoreException reason)
    {
        connection.Rollback();
        checkpointer.OnFullDisk(connection);
        foreach (var write in group)
        {
            write.Fail(reason);
        }
    }

    /// <summary>Deletes keys whose time is over, as if somebody had asked for it.</summary>
    private void Expire()
    {
        try
        {
            var keys = connection.FindExpired(time.GetUtcNow(), ExpiriesPerStepMax);
            group.Clear();
            group.AddRange(keys.Select(key => new PendingWrite(StoreWrite.Delete(key), StoreKey.Encode(key), CancellationToken.None)));
            var before = revision;
            Commit();
            if (keys.Count > 0 && revision == before)
            {
                expiry.RetryLater(); // Refused by the disk.
            }
            else if (keys.Count < ExpiriesPerStepMax)
            {
                expiry.Done(connection.FindNextExpiry());
            }
        }
        catch (SqliteException e) when (e.IsOutside)
        {
            expiry.RetryLater();
        }
    }

    /// <summary>Makes one step towards the revision that is to be compacted.</summary>
    private void Compact()
    {
        compactionTarget = Math.Max(compactionTarget, retention.Update(revision) ?? 0);
        while (compactionRequests.TryDequeue(out var request))
        {
            compactions.Add(request);
            compactionTarget = Math.Max(compactionTarget, request.UpTo);
        }

        if (compactionTarget > compacted)
        {
            var upTo = Math.Min(compactionTarget, compacted + RevisionsPerCompactionMax);
            try
            {
                connection.Begin();
                connection.Compact(compacted, upTo);
                CommitTransaction(hasChanges: true);
                Volatile.Write(ref compacted, upTo);
            }
            catch (SqliteException e) when (e.IsOutside)
            {
                connection.Rollback();
                compactionTarget = compacted; // The next mark of the retention sets a new one.
                retention.Advance();
                FinishCompactions(_ => true, request => request.Done.TrySetException(e.ToStoreException("compact")));
            }
        }
        FinishCompactions(request => request.UpTo <= compacted, request => request.Done.TrySetResult());
    }

    private void FinishCompactions(Predicate<CompactionRequest> which, Action<CompactionRequest> finish)
    {
        foreach (var request in compactions.Where(request => which(request)))
        {
            finish(request);
        }
        compactions.RemoveAll(which);
    }

    private void Fail(StoreFailedException failure)
    {
        completion.SetException(failure); // First, because it is the reason that late writers are given.
        queue.Writer.TryComplete();
        hub.Complete(failure);
        foreach (var write in group)
        {
            write.Fail(failure);
        }
        while (queue.Reader.TryRead(out var write))
        {
            write.Fail(failure);
        }
    }

    private Exception Ended() =>
        completion.Task.Exception?.InnerException ?? new ObjectDisposedException(nameof(SqliteRevisionStore));

    // A full queue needs no further reason to be awake.
    private void WakeUp() => queue.Writer.TryWrite(Wake);

    private sealed record CompactionRequest(long UpTo)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
