namespace Navarch.ApiServer.WatchCache;

/// <summary>
/// What the watchers of one selection are told, once for all of them: a chain of items of which each watcher holds the
/// link it has read last. An event therefore costs one link however many watch, and what everybody has read is garbage.
/// Guarded by the collection's lock.
/// </summary>
internal sealed class Feed(Selection selection)
{
    // Beyond this a reader is cut off: it pins what it has not read.
    private const int UnreadMax = 32_768;
    private const long UnreadBytesMax = 64L << 20;

    private readonly List<Watcher> watchers = [];
    private long nextCheck = UnreadMax / 8;
    private long nextCheckBytes = UnreadBytesMax / 8;

    public Selection Selection { get; } = selection;

    public IReadOnlyList<Watcher> Watchers => watchers;

    public FeedLink Last { get; private set; } = new(default, 0, 0);

    public void Add(Watcher watcher)
    {
        watcher.Slot = watchers.Count;
        watchers.Add(watcher);
    }

    public bool Remove(Watcher watcher)
    {
        var slot = watcher.Slot;
        if (slot >= watchers.Count || !ReferenceEquals(watchers[slot], watcher))
        {
            return false;
        }

        watchers[slot] = watchers[^1];
        watchers[slot].Slot = slot;
        watchers.RemoveAt(watchers.Count - 1);
        return true;
    }

    public void Append(WatchItem item)
    {
        var link = new FeedLink(item, Last.Number + 1, Last.Bytes + item.Object.Json.Length);
        Last.Next = link;
        Last = link;
        if (link.Number >= nextCheck || link.Bytes >= nextCheckBytes)
        {
            nextCheck = link.Number + (UnreadMax / 8);
            nextCheckBytes = link.Bytes + (UnreadBytesMax / 8);
            foreach (var watcher in watchers)
            {
                watcher.EndIfBehind(link.Number - UnreadMax, link.Bytes - UnreadBytesMax);
            }
        }

        foreach (var watcher in watchers)
        {
            watcher.Wake();
        }
    }
}

/// <summary>One item of a feed.</summary>
/// <param name="number">Items of the feed up to this one.</param>
/// <param name="bytes">Their size, in bytes of JSON.</param>
internal sealed class FeedLink(WatchItem item, long number, long bytes)
{
    private FeedLink? next;

    public WatchItem Item { get; } = item;

    public long Number { get; } = number;

    public long Bytes { get; } = bytes;

    /// <summary>Null for the latest. Written once, by the feed; read by watchers without its lock.</summary>
    public FeedLink? Next
    {
        get => Volatile.Read(ref next);
        set => Volatile.Write(ref next, value);
    }
}
