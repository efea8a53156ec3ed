using System.Collections.Concurrent;
using Navarch.ApiServer.Metrics;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.WatchCache;

/// <summary>What exists of one kind at one revision.</summary>
/// <param name="Revision">The last change of the kind that is in it.</param>
internal sealed record Snapshot(ObjectMap Objects, long Revision);

/// <summary>
/// All objects of one kind: the present state, as a snapshot that readers take without a lock; the recent events; and
/// those who wait for the next ones.
/// </summary>
internal sealed class Collection(Kind kind)
{
    // A paged list is read to its end within seconds, or not at all.
    private const int RetainedMax = 64;

    // Held for one event at a time. Guards the ring, the watchers and the retained snapshots; orders what watchers see.
    private readonly Lock gate = new();
    private readonly EventRing ring = new();
    private readonly WatcherIndex watchers = new();
    private readonly Dictionary<long, Snapshot> retained = [];
    private readonly Queue<long> retainedOrder = [];
    private Snapshot current = new(ObjectMap.Empty, 0);
    private bool keepsValues;
    private ConcurrentDictionary<string, string>? unreadable;

    public Kind Kind { get; } = kind;

    public CollectionCounters Counters { get; } = new();

    public Snapshot Current => Volatile.Read(ref current);

    /// <summary>Components in this process read typed objects of the kind.</summary>
    public bool KeepsValues => Volatile.Read(ref keepsValues);

    public int WatcherCount
    {
        get
        {
            lock (gate)
            {
                return watchers.Count;
            }
        }
    }

    /// <summary>Called for every event, under the lock, before watchers are told. For allocators, which must not miss one.</summary>
    public Action<CacheEvent>? Applying { get; set; }

    /// <summary>Where protobuf bytes of the objects are kept; null where they are not.</summary>
    public ProtobufForms? Protobuf { get; set; }

    /// <summary>From now on, decoded objects are kept: somebody in this process holds them anyway.</summary>
    public void KeepValues() => Volatile.Write(ref keepsValues, true);

    /// <summary>Objects whose stored data cannot be decrypted or decoded, and why. They are in no list.</summary>
    public IReadOnlyDictionary<string, string>? Unreadable => Volatile.Read(ref unreadable);

    /// <exception cref="StatusException">500: there is such an object, but what is stored of it cannot be read.</exception>
    public void ThrowIfUnreadable(string key)
    {
        if (Volatile.Read(ref unreadable) is { } marks && marks.TryGetValue(key, out var why))
        {
            throw StatusErrors.InternalError($"unable to transform key \"{Kind.StoragePrefix}{key}\": {why}").AsException();
        }
    }

    /// <summary>Notes what is wrong with the newest data of an object; null when nothing is any more. Called by the cache alone.</summary>
    public void Mark(string key, string? unreadableBecause)
    {
        if (unreadableBecause is not null)
        {
            var marks = unreadable ?? [];
            marks[key] = unreadableBecause;
            Volatile.Write(ref unreadable, marks);
        }
        else if (unreadable is { } marks && marks.TryRemove(key, out _) && marks.IsEmpty)
        {
            Volatile.Write(ref unreadable, null);
        }
    }

    /// <summary>Forgets what could not be read: all of it is about to be read again.</summary>
    public void Unmark() => Volatile.Write(ref unreadable, null);

    /// <param name="objects">In ordinal order of their keys.</param>
    public void Load(IReadOnlyList<StoredObject> objects, long revision)
    {
        lock (gate)
        {
            ring.Restart(revision);
            Volatile.Write(ref current, new Snapshot(ObjectMap.FromSorted(objects), revision));
        }
    }

    /// <summary>Jumps to a later state without knowing how it came about: watches end, and cannot be resumed from before.</summary>
    /// <param name="objects">In ordinal order of their keys.</param>
    public void Reload(IReadOnlyList<StoredObject> objects, long revision)
    {
        lock (gate)
        {
            var before = current.Objects;
            var after = ObjectMap.FromSorted(objects);
            ring.Restart(revision);
            Volatile.Write(ref current, new Snapshot(after, revision));
            if (Applying is { } applying)
            {
                for (var walk = before.All(); walk.MoveNext();)
                {
                    if (after.Find(walk.Current.Key) is null)
                    {
                        applying(new CacheEvent(revision, walk.Current, null));
                    }
                }

                foreach (var value in objects)
                {
                    if (before.Find(value.Key) is var previous && !ReferenceEquals(previous, value))
                    {
                        applying(new CacheEvent(revision, previous, value));
                    }
                }
            }

            foreach (var watcher in watchers.All())
            {
                watcher.End();
            }
        }
    }

    public void Apply(CacheEvent change)
    {
        lock (gate)
        {
            var objects = change.Current is { } value ? current.Objects.With(value) : current.Objects.Without(change.Key);
            Volatile.Write(ref current, new Snapshot(objects, change.Revision));
            Applying?.Invoke(change);
            ring.Add(change);
            Counters.AddReceived();
            watchers.Offer(change, Kind.IndexedField);
        }
    }

    /// <summary>
    /// Applies changes of different objects that have one revision, which nobody may see parted: whoever has seen a part of them
    /// would go on after the revision, and never hear of the rest.
    /// </summary>
    public void ApplyTogether(IReadOnlyList<CacheEvent> changes)
    {
        lock (gate)
        {
            var objects = current.Objects;
            foreach (var change in changes)
            {
                objects = change.Current is { } value ? objects.With(value) : objects.Without(change.Key);
            }

            Volatile.Write(ref current, new Snapshot(objects, changes[^1].Revision));
            foreach (var change in changes)
            {
                Applying?.Invoke(change);
                ring.Add(change);
                Counters.AddReceived();
                watchers.Offer(change, Kind.IndexedField);
            }
        }
    }

    /// <summary>Begins a watch with everything that happened after <paramref name="revision"/>.</summary>
    /// <exception cref="StatusException">410: not all of it is remembered.</exception>
    public Watcher WatchAfter(Selection selection, long revision)
    {
        lock (gate)
        {
            if (revision < ring.CompleteAfter)
            {
                throw StatusErrors.Expired($"too old resource version: {revision} ({ring.CompleteAfter})").AsException();
            }

            var backlog = new Queue<WatchItem>();
            for (var i = ring.IndexAfter(revision); i < ring.Count; i++)
            {
                if (ring[i].TrySeenBy(selection, out var item))
                {
                    backlog.Enqueue(item);
                }
            }

            return Watch(selection, revision, backlog);
        }
    }

    /// <summary>Begins a watch at the present state, which is handed out for the reader to begin with.</summary>
    public Watcher WatchFromNow(Selection selection, out Snapshot snapshot)
    {
        lock (gate)
        {
            snapshot = current;
            return Watch(selection, snapshot.Revision, new Queue<WatchItem>());
        }
    }

    public void Unwatch(Watcher watcher)
    {
        lock (gate)
        {
            watchers.Remove(watcher);
            watcher.Forget();
        }
    }

    public void EndAllWatches()
    {
        lock (gate)
        {
            foreach (var watcher in watchers.All())
            {
                watcher.End();
            }
        }
    }

    /// <summary>Keeps a snapshot for the pages that follow the first.</summary>
    public void Retain(Snapshot snapshot, long revision)
    {
        lock (gate)
        {
            if (retained.TryAdd(revision, snapshot))
            {
                retainedOrder.Enqueue(revision);
                if (retainedOrder.Count > RetainedMax)
                {
                    retained.Remove(retainedOrder.Dequeue());
                }
            }
        }
    }

    /// <summary>The state at exactly <paramref name="revision"/>, or null when it is not remembered any more.</summary>
    /// <param name="revision">Not later than what the cache has applied.</param>
    public Snapshot? FindAt(long revision)
    {
        lock (gate)
        {
            if (current.Revision <= revision)
            {
                return current;
            }

            if (retained.TryGetValue(revision, out var snapshot))
            {
                return snapshot;
            }

            if (revision < ring.CompleteAfter)
            {
                return null;
            }

            // Undo, newest first, what happened since.
            var objects = current.Objects;
            for (var i = ring.Count - 1; i >= 0 && ring[i].Revision > revision; i--)
            {
                objects = ring[i].Previous is { } previous ? objects.With(previous) : objects.Without(ring[i].Key);
            }

            return new Snapshot(objects, revision);
        }
    }

    private Watcher Watch(Selection selection, long after, Queue<WatchItem> backlog)
    {
        var watcher = new Watcher(watchers.FeedOf(selection), after, backlog);
        watchers.Add(watcher);
        return watcher;
    }
}
