using System.Threading.Tasks.Sources;

namespace Navarch.ApiServer.WatchCache;

/// <summary>
/// One reader's place in a <see cref="Feed"/>. The writer's side never waits: a reader that leaves too much unread is cut
/// off, and will come back from where it was.
/// </summary>
/// <param name="after">Changes up to this revision are known to the reader already.</param>
/// <param name="backlog">What happened after that and before the watch began.</param>
internal sealed class Watcher(Feed feed, long after, Queue<WatchItem> backlog) : IValueTaskSource
{
    private readonly Lock gate = new();
    private ManualResetValueTaskSourceCore<bool> signal;
    private FeedLink? read = feed.Last;
    private bool isWaiting;
    private bool isNudged;

    public Feed Feed { get; } = feed;

    /// <summary>Where the feed has the watcher.</summary>
    public int Slot { get; set; }

    /// <summary>The reader was too slow, or the server is going away.</summary>
    public bool IsEnded { get; private set; }

    public bool HasUnread
    {
        get
        {
            lock (gate)
            {
                return FindUnread();
            }
        }
    }

    /// <summary>There is something to read.</summary>
    public void Wake()
    {
        lock (gate)
        {
            if (!Wakes())
            {
                return;
            }
        }

        DeliveryLanes.Shared.Add(this);
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

        DeliveryLanes.Shared.Add(this);
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

        DeliveryLanes.Shared.Add(this);
    }

    /// <summary>Cuts off a reader that has not come as far as both marks.</summary>
    public void EndIfBehind(long number, long bytes)
    {
        lock (gate)
        {
            if (read is null || (read.Number >= number && read.Bytes >= bytes))
            {
                return;
            }
        }

        Forget();
        End();
    }

    /// <summary>Drops what is unread; nothing more will come.</summary>
    public void Forget()
    {
        lock (gate)
        {
            read = null;
            backlog.Clear();
        }
    }

    public bool TryRead(out WatchItem item)
    {
        lock (gate)
        {
            if (!FindUnread())
            {
                item = default;
                return false;
            }

            if (backlog.TryDequeue(out item))
            {
                return true;
            }

            read = read!.Next!;
            item = read.Item;
            return true;
        }
    }

    /// <summary>Ends when there is something to read, or the watch was nudged or ended. One caller at a time.</summary>
    public ValueTask WaitAsync()
    {
        lock (gate)
        {
            if (isNudged || IsEnded || FindUnread())
            {
                isNudged = false;
                return ValueTask.CompletedTask;
            }

            signal.Reset();
            isWaiting = true;
            return new ValueTask(this, signal.Version);
        }
    }

    /// <summary>Runs the reader where it waits.</summary>
    public void Continue() => signal.SetResult(true);

    void IValueTaskSource.GetResult(short token) => signal.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => signal.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        signal.OnCompleted(continuation, state, token, flags);

    /// <summary>Steps over what the reader knows.</summary>
    private bool FindUnread()
    {
        if (backlog.Count > 0)
        {
            return true;
        }

        while (read?.Next is { } next)
        {
            if (next.Item.Object.Revision > after)
            {
                return true;
            }

            read = next;
        }

        return false;
    }

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
}
