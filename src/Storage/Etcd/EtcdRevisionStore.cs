using System.Runtime.CompilerServices;
using Navarch.Storage.Etcd.Wire;
using Navarch.Storage.Watching;

namespace Navarch.Storage.Etcd;

/// <summary>The distributed engine: an etcd cluster that any number of processes share.</summary>
/// <remarks>
/// Read first: <see cref="Committer"/> (a write), <see cref="EventFeed"/> (how changes of everybody come back), <see cref="Fence"/>
/// (what is done about lost answers). Besides the keys of its callers the cluster holds <c>compact_rev_key</c> and <c>navarch_fence</c>.
/// </remarks>
public sealed class EtcdRevisionStore : IRevisionStore
{
    private readonly EtcdStoreConfig config;
    private readonly TimeProvider time;
    private readonly EtcdClient client;
    private readonly CancellationTokenSource stopping = new();
    private readonly WatchHub hub;
    private readonly Revisions revisions;
    private readonly Committer committer;
    private readonly FreshRevision fresh;
    private readonly Compactor compactor;
    private readonly Task running;

    // Guards the two below.
    private readonly Lock gate = new();
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int underWay = 1; // One for the store being open.
    private bool isDisposed;
    private long compacted;

    private EtcdRevisionStore(EtcdStoreConfig config, TimeProvider time, EtcdClient client, RangeResponse first, long compacted)
    {
        (this.config, this.time, this.client, this.compacted) = (config, time, client, compacted);
        hub = new(first.Header.Revision, config.WatchQueueBytesMax);
        revisions = new(first.Header.Revision);
        var fence = new Fence(client);
        fence.Learn(first);
        var pending = new PendingCommits();
        var feed = new EventFeed(config, client, pending, hub, revisions, first.Header.ClusterId, time);
        compactor = new Compactor(client, CompactAsync, config.CompactionInterval, time);
        committer = new(client, fence, new LeasePool(client, time), pending, revisions, feed);
        fresh = new(AskAsync);
        running = RunAsync(feed);
    }

    public long CurrentRevision => revisions.Reached;

    public bool IsShared => true;

    public long CompactedRevision => Volatile.Read(ref compacted);

    public Task Completion => running;

    internal Compactor Compactor => compactor;

    /// <summary>Reaches the cluster, trying for as long as a call may take.</summary>
    /// <exception cref="StoreUnavailableException">No member can be reached, or none will have this client.</exception>
    public static async Task<EtcdRevisionStore> OpenAsync(EtcdStoreConfig config, TimeProvider time, CancellationToken ct)
    {
        var client = new EtcdClient(config, time);
        try
        {
            var first = await client.RangeAsync(Fence.Question, ct);
            return new(config, time, client, first, await ReadCompactedAsync(client, ct));
        }
        catch (Exception e)
        {
            client.Dispose();
            throw e is EtcdException refused ? Unavailable(refused) : e;
        }
    }

    public ValueTask<long> ReadRevisionAsync(CancellationToken ct) => new(GuardAsync(() => fresh.ReadAsync().WaitAsync(ct)));

    public Task<StoredValue?> GetAsync(string key, CancellationToken ct)
    {
        var request = new RangeRequest { Key = StoreKey.Encode(key).ToBytes() };
        return GuardAsync(async () => (await client.RangeAsync(request, ct)).Kvs.FirstOrDefault()?.ToStored());
    }

    public Task<StoreSnapshot> RangeAsync(string prefix, CancellationToken ct)
    {
        var first = StoreKey.EncodePrefix(prefix);
        return GuardAsync(async () =>
        {
            while (true)
            {
                try
                {
                    return await ReadAllAsync(first, ct);
                }
                catch (EtcdException e) when (e.IsCompacted)
                {
                    // Reading took longer than history is kept: once more, from what is newest now.
                }
            }
        });
    }

    public async IAsyncEnumerable<StoreSnapshot> RangePagesAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        var pages = new RangePages(client, StoreKey.EncodePrefix(prefix));
        while (!pages.IsAtEnd)
        {
            yield return await GuardAsync(() => pages.NextAsync(ct));
        }
    }

    public Task<CommitResult> CommitAsync(StoreWrite write, CancellationToken ct)
    {
        write.ThrowIfNotStorable(config.ValueBytesMax);
        var key = StoreKey.Encode(write.Key);
        ct.ThrowIfCancellationRequested();
        return GuardAsync(() => committer.CommitAsync(write, key, ct));
    }

    public async IAsyncEnumerable<IReadOnlyList<StoreEvent>> WatchBatchesAsync(
        string prefix, long afterRevision, [EnumeratorCancellation] CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterRevision);
        ObjectDisposedException.ThrowIf(isDisposed, this);
        StoreKey.EncodePrefix(prefix);
        var history = new History(client, config, time);
        var position = afterRevision;

        // What is old is read before the queue exists, so that a long way to go does not fill it.
        await foreach (var batch in history.ReadAsync(prefix, position, hub.Published, CompactedRevision, ct))
        {
            yield return batch;
        }
        position = Math.Max(position, history.UpTo);

        var queue = hub.Register(prefix, out var queuedAfter);
        try
        {
            await foreach (var batch in history.ReadAsync(prefix, position, queuedAfter, CompactedRevision, ct))
            {
                yield return batch;
            }
            while (await queue.WaitAsync(ct))
            {
                while (queue.TryRead(out var batch))
                {
                    if (batch[0].ModRevision <= afterRevision)
                    {
                        batch = batch.SkipWhile(change => change.ModRevision <= afterRevision).ToList(); // Begun in the future.
                    }
                    if (batch.Count > 0)
                    {
                        yield return batch;
                    }
                }
            }
        }
        finally
        {
            hub.Unregister(queue);
        }
    }

    public Task CompactAsync(long revision, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(revision, CurrentRevision);
        return revision <= CompactedRevision ? Task.CompletedTask : GuardAsync(async () =>
        {
            try
            {
                await client.CompactAsync(revision, ct);
            }
            catch (EtcdException e) when (e.IsCompacted)
            {
                // By somebody else, or by an attempt whose answer was lost.
            }
            lock (gate)
            {
                compacted = Math.Max(compacted, revision);
            }
            return true;
        });
    }

    /// <summary>Carries out the writes that were accepted, as far as the cluster can still be reached, ends the watches and leaves the cluster.</summary>
    public async ValueTask DisposeAsync()
    {
        bool isFirst;
        lock (gate)
        {
            isFirst = !isDisposed;
            isDisposed = true;
        }
        if (isFirst)
        {
            Leave();
            await idle.Task.WaitAsync(config.CallTimeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await stopping.CancelAsync();
        }
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        client.Dispose();
    }

    private async Task<long> AskAsync()
    {
        var revision = (await client.RangeAsync(Fence.Question, stopping.Token)).Header.Revision;

        // Who asks is about to wait for it: the feed must know that there is something to be late with.
        _ = revisions.WaitAsync(revision);
        return revision;
    }

    private async Task RunAsync(EventFeed feed)
    {
        var compacting = compactor.RunAsync(stopping.Token);
        try
        {
            await feed.RunAsync(stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            revisions.Fail(new ObjectDisposedException(nameof(EtcdRevisionStore)));
            hub.Complete(null);
        }
        catch (Exception e)
        {
            var failed = e as StoreFailedException ?? new StoreFailedException("the store cannot follow etcd any more", e);
            revisions.Fail(failed);
            hub.Complete(failed);
            throw failed;
        }
        finally
        {
            await compacting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<StoreSnapshot> ReadAllAsync(byte[] prefix, CancellationToken ct)
    {
        var pages = new RangePages(client, prefix);
        var entries = new List<StoredValue>();
        while (true)
        {
            var page = await pages.NextAsync(ct);
            entries.AddRange(page.Entries);
            if (pages.IsAtEnd)
            {
                return new StoreSnapshot(page.Revision, entries);
            }
        }
    }

    /// <summary>A member tells that something is compacted at once, but up to where only to a watch that begins before.</summary>
    private static async Task<long> ReadCompactedAsync(EtcdClient client, CancellationToken ct)
    {
        try
        {
            await client.RangeAsync(new RangeRequest { Key = Fence.Question.Key, Revision = 1 }, ct);
            return 0;
        }
        catch (EtcdException e) when (e.IsCompacted)
        {
            await using var watch = new WatchStream(client.Member, after: 0, ct);
            try
            {
                while (true)
                {
                    await watch.ReadAsync();
                }
            }
            catch (CompactedException compacted)
            {
                return compacted.CompactedRevision;
            }
        }
    }

    private async Task<T> GuardAsync<T>(Func<Task<T>> call)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            underWay++;
        }
        try
        {
            return await call();
        }
        catch (EtcdException e)
        {
            throw Unavailable(e);
        }
        finally
        {
            Leave();
        }
    }

    private void Leave()
    {
        lock (gate)
        {
            if (--underWay == 0)
            {
                idle.SetResult();
            }
        }
    }

    private static StoreUnavailableException Unavailable(EtcdException e) => new($"etcd refuses: {e.Message}", e);
}
