namespace Navarch.ApiServer.WatchCache;

/// <summary>One change of a collection, shared by all who watch it.</summary>
/// <param name="previous">What the change replaced or deleted; null when it created the object.</param>
/// <param name="current">What the change left; null when it deleted the object.</param>
internal sealed class CacheEvent(long revision, StoredObject? previous, StoredObject? current)
{
    private StoredObject? departed;

    public long Revision { get; } = revision;

    public StoredObject? Previous { get; } = previous;

    public StoredObject? Current { get; } = current;

    public string Key => (Current ?? Previous)!.Key;

    public string Namespace => (Current ?? Previous)!.Namespace;

    /// <summary>The object as it was last, with the version of this change: shown to those for whom it is gone.</summary>
    public StoredObject Departed => departed ??= Previous!.WithRevision(Revision);

    /// <summary>What the change keeps in memory beyond the current state.</summary>
    public int Bytes => (Previous?.Json.Length ?? 0) + 128;

    /// <summary>What this change is to a reader of <paramref name="selection"/>; false when it is nothing.</summary>
    public bool TrySeenBy(Selection selection, out WatchItem item)
    {
        var before = Previous is not null && selection.Matches(Previous);
        var after = Current is not null && selection.Matches(Current);
        item = (before, after) switch
        {
            (false, true) => new WatchItem(WatchItemType.Added, Current!),
            (true, true) => new WatchItem(WatchItemType.Modified, Current!),
            (true, false) => new WatchItem(WatchItemType.Deleted, Departed),
            _ => default,
        };
        return before || after;
    }
}

internal enum WatchItemType
{
    Added,
    Modified,
    Deleted,
}

/// <summary>What one watcher is to be told.</summary>
internal readonly record struct WatchItem(WatchItemType Type, StoredObject Object);
