using System.Threading.Channels;

namespace Navarch.Storage.Watching;

/// <summary>
/// What one watcher has not read yet. It has a bound in bytes; the watcher that reaches it is cut off, because the
/// alternatives are to hold back the writer or to grow without end.
/// </summary>
internal sealed class WatchQueue(string prefix, long bytesMax)
{
    // An event's objects and its place in a batch, besides its bytes.
    private const int BytesPerEvent = 256;

    // The channel itself has no bound: the bound is in bytes and is kept below.
    private readonly Channel<IReadOnlyList<StoreEvent>> batches = Channel.CreateUnbounded<IReadOnlyList<StoreEvent>>(
        new() { SingleReader = true, SingleWriter = true, AllowSynchronousContinuations = true });

    private long bytesQueued;
    private int eventsQueued;

    /// <summary>Hands over what concerns this watcher. Called by the writer alone; never waits.</summary>
    /// <returns>False if the watcher was cut off and need not be called again.</returns>
    public bool Offer(IReadOnlyList<StoreEvent> batch)
    {
        var mine = Select(batch);
        if (mine.Count == 0)
        {
            return true;
        }

        // A queue that was empty takes a batch of any size: cutting off a reader that keeps up would never end.
        var before = Volatile.Read(ref bytesQueued);
        var after = Interlocked.Add(ref bytesQueued, Bytes(mine));
        Interlocked.Add(ref eventsQueued, mine.Count);
        if (before > 0 && after > bytesMax)
        {
            Complete(new SlowWatcherException(prefix, eventsQueued, after));
            return false;
        }
        return batches.Writer.TryWrite(mine);
    }

    /// <summary>Ends the watch, after what is queued, with <paramref name="failure"/> or quietly.</summary>
    public void Complete(Exception? failure) => batches.Writer.TryComplete(failure);

    /// <summary>Whether there is or will be something to read; false after a quiet end.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken ct) => batches.Reader.WaitToReadAsync(ct);

    public bool TryRead(out IReadOnlyList<StoreEvent> batch)
    {
        if (!batches.Reader.TryRead(out batch!))
        {
            return false;
        }
        Interlocked.Add(ref bytesQueued, -Bytes(batch));
        Interlocked.Add(ref eventsQueued, -batch.Count);
        return true;
    }

    // Most watchers want all of most batches, and then share the one list.
    private IReadOnlyList<StoreEvent> Select(IReadOnlyList<StoreEvent> batch)
    {
        if (prefix.Length == 0 || batch.All(IsMine))
        {
            return batch;
        }
        return batch.Where(IsMine).ToList();
    }

    private bool IsMine(StoreEvent change) => change.Key.StartsWith(prefix, StringComparison.Ordinal);

    private static long Bytes(IReadOnlyList<StoreEvent> batch)
    {
        var bytes = 0L;
        foreach (var change in batch)
        {
            bytes += BytesPerEvent + change.Value.Length + (change.Previous?.Value.Length ?? 0);
        }
        return bytes;
    }
}
