using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Navarch.ApiServer.Encryption;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;
using Navarch.Storage;

namespace Navarch.ApiServer.WatchCache;

/// <summary>
/// Keeps in memory what the store holds: one feed of the store's batches, applied in order to the collection of each kind.
/// Whoever needs a state that is not older than a revision waits here until it is applied.
/// </summary>
internal sealed partial class Cache
{
    // Between attempts to read everything anew.
    private static readonly TimeSpan RelistDelay = TimeSpan.FromSeconds(1);

    private readonly IRevisionStore store;
    private readonly ValueVault? vault;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly FrozenDictionary<string, Collection> byPrefix;
    private readonly FrozenDictionary<string, Collection>.AlternateLookup<ReadOnlySpan<char>> byPrefixSpan;

    // Guards the waiters.
    private readonly Lock gate = new();
    private readonly List<(long Revision, TaskCompletionSource Reached)> waiters = [];
    private long applied;
    private bool hasEnded;

    /// <param name="vault">Decrypts what is encrypted; null where there are no keys.</param>
    public Cache(IRevisionStore store, IEnumerable<Kind> kinds, ValueVault? vault, TimeProvider time, ILogger log)
    {
        this.store = store;
        this.vault = vault;
        this.time = time;
        this.log = log;
        byPrefix = kinds.ToFrozenDictionary(kind => kind.StoragePrefix, kind => kind.Objects, StringComparer.Ordinal);
        byPrefixSpan = byPrefix.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The revision up to which all collections are complete.</summary>
    public long Applied => Volatile.Read(ref applied);

    /// <summary>Whether other servers write too. What is found here may then be older than what they have acknowledged.</summary>
    public bool IsShared => store.IsShared;

    public IEnumerable<Collection> Collections => byPrefix.Values;

    /// <summary>How often everything had to be read anew because the store had forgotten what came in between.</summary>
    public int Relists { get; private set; }

    /// <summary>Told of every change of a key that is no object of a kind served here.</summary>
    public Action<StoreEvent>? Unserved { get; set; }

    /// <summary>Reads everything there is. Must end before the first request.</summary>
    public async Task<long> LoadAsync(CancellationToken ct)
    {
        var snapshot = await store.RangeAsync(StoredKeys.Root, ct);
        foreach (var (collection, objects) in Sorted(snapshot))
        {
            collection.Load(objects, snapshot.Revision);
        }

        Volatile.Write(ref applied, snapshot.Revision);
        return snapshot.Revision;
    }

    /// <summary>Follows the store from where <see cref="LoadAsync"/> ended. Ends by cancellation or by a failure of the store.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            await FollowAsync(ct);
        }
        finally
        {
            await Task.Yield(); // What the owner does next is not for the store's writer to run.
            FailWaiters();
        }
    }

    /// <summary>Ends when everything up to <paramref name="revision"/> can be read here.</summary>
    public Task WaitForAsync(long revision, CancellationToken ct)
    {
        if (Applied >= revision)
        {
            return Task.CompletedTask;
        }

        TaskCompletionSource reached;
        lock (gate)
        {
            if (Applied >= revision)
            {
                return Task.CompletedTask;
            }

            if (hasEnded)
            {
                throw Ended();
            }

            reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiters.Add((revision, reached));
        }

        return ct.CanBeCanceled ? reached.Task.WaitAsync(ct) : reached.Task;
    }

    /// <summary>Waits for a revision a client named. One that lies in the future is not waited for long.</summary>
    /// <exception cref="StatusException">504: the store has not reached the revision.</exception>
    public async Task WaitForClientAsync(long revision, TimeSpan patience, TimeProvider time, CancellationToken ct)
    {
        if (Applied >= revision)
        {
            return;
        }

        try
        {
            await WaitForAsync(revision, ct).WaitAsync(patience, time, ct);
        }
        catch (TimeoutException)
        {
            throw StatusErrors.ResourceVersionTooLarge(revision, Applied).AsException();
        }
    }

    /// <summary>Waits until every write that was acknowledged before this call can be read here.</summary>
    public Task WaitForFreshAsync(CancellationToken ct)
    {
        var newest = store.ReadRevisionAsync(ct);
        return newest.IsCompletedSuccessfully ? WaitForAsync(newest.GetAwaiter().GetResult(), ct) : WaitForAsync(newest, ct);
    }

    private async Task WaitForAsync(ValueTask<long> revision, CancellationToken ct) => await WaitForAsync(await revision, ct);

    private async Task FollowAsync(CancellationToken ct)
    {
        var after = Applied;
        while (true)
        {
            try
            {
                // Everything and not only what is served: each revision is then seen to have come, whatever it changed.
                await foreach (var batch in store.WatchBatchesAsync("", after, ct))
                {
                    for (var i = 0; i < batch.Count;)
                    {
                        i += ApplyRevision(batch, i);
                    }

                    after = batch[^1].ModRevision;
                    Advance(after);
                }
            }
            catch (SlowWatcherException e)
            {
                LogFellBehind(after, e); // Nothing is lost: the store's history has it.
            }
            catch (CompactedException e)
            {
                LogForgotten(after, e);
                after = await ReloadAsync(ct);
            }
        }
    }

    // What happened in between is not known, only what it came to. Who watches has to look anew, as after any gap.
    private async Task<long> ReloadAsync(CancellationToken ct)
    {
        while (true)
        {
            try
            {
                var snapshot = await store.RangeAsync(StoredKeys.Root, ct);
                foreach (var (collection, objects) in Sorted(snapshot))
                {
                    collection.Reload(objects, snapshot.Revision);
                }

                Relists++;
                Advance(snapshot.Revision);
                return snapshot.Revision;
            }
            catch (StoreUnavailableException e)
            {
                LogNotReloaded(e);
                await Task.Delay(RelistDelay, time, ct);
            }
        }
    }

    /// <summary>The objects of each collection, by key. What has not changed since it was last seen is not decoded again.</summary>
    private Dictionary<Collection, List<StoredObject>> Sorted(StoreSnapshot snapshot)
    {
        var byCollection = byPrefix.Values.ToDictionary(collection => collection, _ => new List<StoredObject>());
        foreach (var collection in byPrefix.Values)
        {
            collection.Unmark();
        }

        foreach (var entry in snapshot.Entries)
        {
            if (FindCollection(entry.Key) is not { } collection)
            {
                continue; // A kind that this server does not serve; kept for one that does.
            }

            var key = entry.Key[collection.Kind.StoragePrefix.Length..];
            if (collection.Current.Objects.Find(key) is { } known && known.Revision == entry.ModRevision)
            {
                byCollection[collection].Add(known);
                continue;
            }

            if (TryPrepare(collection, entry.Key, entry.Value) is { } prepared)
            {
                byCollection[collection].Add(StoredObject.From(prepared, entry.ModRevision, collection.KeepsValues));
            }
        }

        foreach (var objects in byCollection.Values)
        {
            objects.Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        }

        return byCollection;
    }

    /// <summary>Applies the event at <paramref name="first"/> and those after it that have its revision: keys that expired together.</summary>
    /// <returns>How many.</returns>
    private int ApplyRevision(IReadOnlyList<StoreEvent> batch, int first)
    {
        var end = first + 1;
        while (end < batch.Count && batch[end].ModRevision == batch[first].ModRevision)
        {
            end++;
        }

        if (end == first + 1)
        {
            if (Read(batch[first]) is var (collection, change))
            {
                collection.Apply(change);
            }

            return 1;
        }

        var changes = Enumerable.Range(first, end - first).Select(i => Read(batch[i])).OfType<(Collection Collection, CacheEvent Change)>();
        foreach (var together in changes.GroupBy(change => change.Collection, change => change.Change))
        {
            together.Key.ApplyTogether([.. together]);
        }

        return end - first;
    }

    /// <summary>What an event of the store is to a collection; null where it is nothing.</summary>
    private (Collection Collection, CacheEvent Change)? Read(StoreEvent change)
    {
        var prepared = change.State as PreparedObject;
        var collection = prepared?.Kind.Objects ?? FindCollection(change.Key);
        if (collection is null)
        {
            Unserved?.Invoke(change); // Of a kind that is not served, or the store's own.
            return null;
        }

        var key = change.Key[collection.Kind.StoragePrefix.Length..];
        var previous = collection.Current.Objects.Find(key);
        StoredObject? current = null;
        if (change.Type == StoreEventType.Put)
        {
            prepared ??= TryPrepare(collection, change.Key, change.Value);
            if (prepared is null)
            {
                return null; // What is shown stays what it was: a delete that did not happen would have consequences.
            }

            current = StoredObject.From(prepared, change.ModRevision, collection.KeepsValues);
            prepared.Applied = current;
        }

        collection.Mark(key, null);
        if (current is null && previous is null)
        {
            return null;
        }

        return (collection, new CacheEvent(change.ModRevision, previous, current));
    }

    /// <summary>Null where the data cannot be read, which is then known of the object.</summary>
    private PreparedObject? TryPrepare(Collection collection, string key, ReadOnlyMemory<byte> value)
    {
        try
        {
            if (EncryptionKey.IsEncrypted(value.Span))
            {
                value = vault?.Decrypt(key, value) ?? throw new UnreadableValueException("it is encrypted, and this server was given no keys");
            }

            return collection.Kind.Prepare(collection.Kind.Parse(value.Span));
        }
        catch (Exception e) when (e is Api.Json.ApiJsonException or UnreadableValueException)
        {
            collection.Mark(key[collection.Kind.StoragePrefix.Length..], e.Message);
            LogUnreadable(key, e.Message);
            return null;
        }
    }

    // Nobody will ever reach what they wait for.
    private void FailWaiters()
    {
        lock (gate)
        {
            hasEnded = true;
            foreach (var (_, reached) in waiters)
            {
                reached.SetException(Ended());
            }

            waiters.Clear();
        }
    }

    private static StatusException Ended() => StatusErrors.ServiceUnavailable("the server is stopping").AsException();

    private void Advance(long revision)
    {
        lock (gate)
        {
            Volatile.Write(ref applied, revision);
            for (var i = waiters.Count - 1; i >= 0; i--)
            {
                if (waiters[i].Revision <= revision)
                {
                    waiters[i].Reached.SetResult();
                    waiters[i] = waiters[^1];
                    waiters.RemoveAt(waiters.Count - 1);
                }
            }
        }
    }

    /// <summary>The collection a key belongs to: <c>/registry/pods/…</c>, <c>/registry/services/specs/…</c>.</summary>
    public Collection? FindCollection(string key)
    {
        var first = key.StartsWith(StoredKeys.Root, StringComparison.Ordinal) ? key.IndexOf('/', StoredKeys.Root.Length) : -1;
        if (first < 0)
        {
            return null;
        }

        if (byPrefixSpan.TryGetValue(key.AsSpan(0, first + 1), out var collection))
        {
            return collection;
        }

        var second = key.IndexOf('/', first + 1);
        return second > 0 && byPrefixSpan.TryGetValue(key.AsSpan(0, second + 1), out collection) ? collection : null;
    }

    [LoggerMessage(LogLevel.Error, "the object at {Key} cannot be read and is not served: {Why}")]
    private partial void LogUnreadable(string key, string why);

    [LoggerMessage(LogLevel.Warning, "the store has forgotten what happened after revision {Revision}; reading everything anew")]
    private partial void LogForgotten(long revision, Exception cause);

    [LoggerMessage(LogLevel.Warning, "could not read everything anew; trying again")]
    private partial void LogNotReloaded(Exception cause);

    [LoggerMessage(LogLevel.Warning, "fell behind the store after revision {Revision}, resuming from its history")]
    private partial void LogFellBehind(long revision, Exception cause);
}
