namespace Navarch.ApiServer.WatchCache;

/// <summary>
/// Finds the feeds of an event without asking all of them: each is filed under the narrowest thing it selects, so that
/// an event costs what its receivers cost. Guarded by the collection's lock.
/// </summary>
/// <remarks>A thousand kubelets that watch the pods of one node each are a thousand entries that a pod's event passes by.</remarks>
internal sealed class WatcherIndex
{
    private readonly List<Feed> everything = [];
    private readonly Dictionary<string, List<Feed>> byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Feed>> byIndexedField = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Feed>> byNamespace = new(StringComparer.Ordinal);
    private readonly Dictionary<SelectionText, Feed> byText = [];

    public int Count { get; private set; }

    /// <summary>The feed of a selection; it lives for as long as somebody watches it.</summary>
    public Feed FeedOf(Selection selection) => byText.TryGetValue(selection.Text, out var feed) ? feed : new Feed(selection);

    public void Add(Watcher watcher)
    {
        var feed = watcher.Feed;
        if (byText.TryAdd(feed.Selection.Text, feed))
        {
            Shelf(feed.Selection).Add(feed);
        }

        feed.Add(watcher);
        Count++;
    }

    public void Remove(Watcher watcher)
    {
        var feed = watcher.Feed;
        if (!feed.Remove(watcher))
        {
            return;
        }

        Count--;
        if (feed.Watchers.Count > 0)
        {
            return;
        }

        byText.Remove(feed.Selection.Text);
        var shelf = Shelf(feed.Selection);
        shelf.Remove(feed);
        if (shelf.Count == 0)
        {
            _ = feed.Selection switch
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

    public IEnumerable<Watcher> All() => [.. byText.Values.SelectMany(static feed => feed.Watchers)];

    private static void Offer(List<Feed> feeds, CacheEvent change)
    {
        foreach (var feed in feeds)
        {
            if (change.TrySeenBy(feed.Selection, out var item))
            {
                feed.Append(item);
            }
        }
    }

    private List<Feed> Shelf(Selection selection) =>
        selection.Key is { } key ? Find(byKey, key)
        : selection.IndexedValue is { } value ? Find(byIndexedField, value)
        : selection.Namespace.Length > 0 ? Find(byNamespace, selection.Namespace)
        : everything;

    private static List<Feed> Find(Dictionary<string, List<Feed>> shelves, string key)
    {
        if (!shelves.TryGetValue(key, out var shelf))
        {
            shelves[key] = shelf = [];
        }

        return shelf;
    }
}
