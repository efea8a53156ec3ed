namespace Navarch.ApiServer.WatchCache;

/// <summary>
/// Finds the watchers of an event without asking all of them: each is filed under the narrowest thing it selects, so that
/// an event costs what its receivers cost. Guarded by the collection's lock.
/// </summary>
/// <remarks>A thousand kubelets that watch the pods of one node each are a thousand entries that a pod's event passes by.</remarks>
internal sealed class WatcherIndex
{
    private readonly HashSet<Watcher> everything = [];
    private readonly Dictionary<string, HashSet<Watcher>> byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<Watcher>> byIndexedField = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<Watcher>> byNamespace = new(StringComparer.Ordinal);

    public int Count { get; private set; }

    public void Add(Watcher watcher)
    {
        Shelf(watcher.Selection, create: true)!.Add(watcher);
        Count++;
    }

    public void Remove(Watcher watcher)
    {
        var shelf = Shelf(watcher.Selection, create: false);
        if (shelf is null || !shelf.Remove(watcher))
        {
            return;
        }

        Count--;
        if (shelf.Count == 0)
        {
            _ = watcher.Selection switch
            {
                { Key: { } key } => byKey.Remove(key),
                { IndexedValue: { } value } => byIndexedField.Remove(value),
                { Namespace.Length: > 0 } selection => byNamespace.Remove(selection.Namespace),
                _ => false,
            };
        }
    }

    public void Offer(CacheEvent change, int indexedField)
    {
        if (Count == 0)
        {
            return;
        }

        Offer(everything, change);
        if (byKey.Count > 0 && byKey.TryGetValue(change.Key, out var ofKey))
        {
            Offer(ofKey, change);
        }

        if (byNamespace.Count > 0 && byNamespace.TryGetValue(change.Namespace, out var ofNamespace))
        {
            Offer(ofNamespace, change);
        }

        if (byIndexedField.Count > 0)
        {
            var before = change.Previous?.Fields[indexedField];
            var after = change.Current?.Fields[indexedField];
            if (before is not null && byIndexedField.TryGetValue(before, out var ofBefore))
            {
                Offer(ofBefore, change);
            }

            if (after is not null && after != before && byIndexedField.TryGetValue(after, out var ofAfter))
            {
                Offer(ofAfter, change);
            }
        }
    }

    public IEnumerable<Watcher> All() =>
        [.. everything, .. byKey.Values.SelectMany(static s => s), .. byIndexedField.Values.SelectMany(static s => s), .. byNamespace.Values.SelectMany(static s => s)];

    private static void Offer(HashSet<Watcher> watchers, CacheEvent change)
    {
        foreach (var watcher in watchers)
        {
            watcher.Offer(change);
        }
    }

    private HashSet<Watcher>? Shelf(Selection selection, bool create) =>
        selection.Key is { } key ? Find(byKey, key, create)
        : selection.IndexedValue is { } value ? Find(byIndexedField, value, create)
        : selection.Namespace.Length > 0 ? Find(byNamespace, selection.Namespace, create)
        : everything;

    private static HashSet<Watcher>? Find(Dictionary<string, HashSet<Watcher>> shelves, string key, bool create)
    {
        if (!shelves.TryGetValue(key, out var shelf) && create)
        {
            shelves[key] = shelf = [];
        }

        return shelf;
    }
}
