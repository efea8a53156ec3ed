using System.Threading.Tasks.Sources;

namespace Navarch.ApiServer.WatchCache;

/// <summary>
/// What one reader of a collection has yet to be told. The writer's side never waits: a reader that leaves too much
/// unread is cut off, and will come back from where it was.
/// </summary>
internal sealed class Watcher(Selection selection, long after) : IValueTaskSource
{
    // The events themselves are shared between all watchers and the ring; what a queue costs is one slot each.
    private const int QueuedMax = 32_768;
    private const long BytesMax = 64L << 20;

    private readonly Lock gate = new();
    private ManualResetValueTaskSourceCore<bool> signal = new() { RunContinuationsAsynchronously = true };
    private WatchItem[] queue = new WatchItem[4];
    private int first;
    private int count;
    private long bytes;
    private bool isWaiting;
    private bool isNudged;

    public Selection Selection { get; } = selection;

    /// <summary>Changes up to this revision are known to the reader already.</summary>
    public long After { get; } = after;

    /// <summary>The reader was too slow, or the server is going away.</summary>
    public bool IsEnded { get; private set; }

    public bool HasUnread
    {
        get
        {
            lock (gate)
            {
                return count > 0;
            }
        }
    }

    /// <summary>Called under the collection's lock, in the order of events.</summary>
    public void Offer(CacheEvent change)
    {
        if (change.Revision > After && change.TrySeenBy(Selection, out var item))
        {
            Offer(item);
        }
    }

    public void Offer(WatchItem item)
    {
        lock (gate)
        {
            if (IsEnded)
            {
                return;
            }

            if (count >= QueuedMax || bytes > BytesMax)
            {
                IsEnded = true;
                queue = [];
                (first, count, bytes) = (0, 0, 0);
            }
            else
            {
                if (count == queue.Length)
                {
                    Grow();
                }

                queue[(first + count++) & (queue.Length - 1)] = item;
                bytes += item.Object.Json.Length;
            }

            if (!Wakes())
            {
                return;
            }
        }

        signal.SetResult(true);
    }

    /// <summary>Wakes the reader although there is nothing to read: it has something else to say.</summary>
    public void Nudge()
    {
        lock (gate)
        {
            isNudged = true;
            if (!Wakes())
            {
                return;
            }
        }

        signal.SetResult(true);
    }

    public void End()
    {
        lock (gate)
        {
            IsEnded = true;
            if (!Wakes())
            {
                return;
            }
        }

        signal.SetResult(true);
    }

    public bool TryRead(out WatchItem item)
    {
        lock (gate)
        {
            if (count == 0)
            {
                item = default;
                return false;
            }

            ref var slot = ref queue[first];
            item = slot;
            slot = default;
            first = (first + 1) & (queue.Length - 1);
            count--;
            bytes -= item.Object.Json.Length;
            if (count == 0 && queue.Length > 256)
            {
                // A burst must not be remembered for the hours a watch may live.
                (queue, first) = (new WatchItem[4], 0);
            }

            return true;
        }
    }

    /// <summary>Ends when there is something to read, or the watch was nudged or ended. One caller at a time.</summary>
    public ValueTask WaitAsync()
    {
        lock (gate)
        {
            if (count > 0 || isNudged || IsEnded)
            {
                isNudged = false;
                return ValueTask.CompletedTask;
            }

            signal.Reset();
            isWaiting = true;
            return new ValueTask(this, signal.Version);
        }
    }

    void IValueTaskSource.GetResult(short token) => signal.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => signal.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        signal.OnCompleted(continuation, state, token, flags);

    private bool Wakes()
    {
        if (!isWaiting)
        {
            return false;
        }

        isWaiting = false;
        isNudged = false;
        return true;
    }

    private void Grow()
    {
        var larger = new WatchItem[Math.Max(4, queue.Length * 2)];
        for (var i = 0; i < count; i++)
        {
            larger[i] = queue[(first + i) & (queue.Length - 1)];
        }

        (queue, first) = (larger, 0);
    }
}
