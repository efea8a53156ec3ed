namespace Navarch.ApiServer.WatchCache;

/// <summary>
/// The recent events of one collection, from which watches resume and past states are rebuilt. Bounded in number and in
/// bytes; grows only when there are events. Guarded by the collection's lock.
/// </summary>
internal sealed class EventRing
{
    // Upstream keeps up to 100 Ki events whatever they weigh. These bounds hold minutes of a busy small cluster.
    private const int CountMax = 16_384;
    private const long BytesMax = 24L << 20;
    private const int CountMin = 128;

    private CacheEvent[] events = new CacheEvent[64];
    private int first;
    private long bytes;

    public int Count { get; private set; }

    /// <summary>Every event after this revision is here.</summary>
    public long CompleteAfter { get; private set; }

    public CacheEvent this[int index] => events[(first + index) & (events.Length - 1)];

    /// <summary>Forgets everything: history begins at <paramref name="revision"/>.</summary>
    public void Restart(long revision)
    {
        events = new CacheEvent[64];
        (first, Count, bytes, CompleteAfter) = (0, 0, 0, revision);
    }

    public void Add(CacheEvent change)
    {
        while (Count >= CountMax || (bytes > BytesMax && Count > CountMin))
        {
            ref var oldest = ref events[first];
            CompleteAfter = oldest.Revision;
            bytes -= oldest.Bytes;
            oldest = null!;
            first = (first + 1) & (events.Length - 1);
            Count--;
        }

        if (Count == events.Length)
        {
            var larger = new CacheEvent[events.Length * 2];
            for (var i = 0; i < Count; i++)
            {
                larger[i] = this[i];
            }

            (events, first) = (larger, 0);
        }

        events[(first + Count) & (events.Length - 1)] = change;
        Count++;
        bytes += change.Bytes;
    }

    /// <summary>Index of the first event after <paramref name="revision"/>.</summary>
    public int IndexAfter(long revision)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) >> 1;
            (low, high) = this[middle].Revision <= revision ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
