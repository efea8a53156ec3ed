namespace Navarch.ApiServer.Metrics;

/// <summary>What was read of one kind, by lists and watches.</summary>
internal sealed class CollectionCounters
{
    private static readonly double[] SizeBounds = [1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072];

    private long initialEvents;
    private long received;
    private long lists;
    private long listed;
    private long cutOff;

    /// <summary>Sizes of the events that watchers were sent, in bytes of the object.</summary>
    public Histogram EventSizes { get; } = new(SizeBounds);

    public long InitialEvents => Volatile.Read(ref initialEvents);

    /// <summary>Changes that came from the store.</summary>
    public long Received => Volatile.Read(ref received);

    public long Lists => Volatile.Read(ref lists);

    public long Listed => Volatile.Read(ref listed);

    /// <summary>Watchers that were too slow.</summary>
    public long CutOff => Volatile.Read(ref cutOff);

    public void AddInitialEvents(long count) => Interlocked.Add(ref initialEvents, count);

    public void AddReceived() => Interlocked.Increment(ref received);

    public void AddList(long objects)
    {
        Interlocked.Increment(ref lists);
        Interlocked.Add(ref listed, objects);
    }

    public void AddCutOff() => Interlocked.Increment(ref cutOff);
}
