namespace Navarch.Storage.Watching;

/// <summary>
/// Passes what was committed to every live watcher, in order. A watcher that registers learns the revision after
/// which its queue begins, so that it can read what is older from history and miss nothing in between.
/// </summary>
/// <remarks>
/// A watcher that waits is run by the writer itself, here: no other thread needs to wake for it. The lock is therefore not
/// held while watchers are told.
/// </remarks>
internal sealed class WatchHub(long revision, long queueBytesMax)
{
    private readonly Lock gate = new();

    // Guarded by `gate`; replaced and never changed, so that it can be walked without:
    private WatchQueue[] queues = [];
    private long published = revision;
    private bool isComplete;
    private Exception? failure;

    /// <summary>The revision up to which everything was handed to the watchers.</summary>
    public long Published => Volatile.Read(ref published);

    /// <summary>A queue that will receive everything after <paramref name="after"/>.</summary>
    public WatchQueue Register(string prefix, out long after)
    {
        var queue = new WatchQueue(prefix, queueBytesMax);
        lock (gate)
        {
            after = published;
            if (isComplete)
            {
                queue.Complete(failure);
            }
            else
            {
                queues = [.. queues, queue];
            }
        }
        return queue;
    }

    public void Unregister(WatchQueue queue)
    {
        lock (gate)
        {
            queues = [.. queues.Where(other => other != queue)];
        }
    }

    /// <summary>Called by the writer with what one commit made durable, in order of revision.</summary>
    public void Publish(IReadOnlyList<StoreEvent> batch)
    {
        WatchQueue[] told;
        lock (gate)
        {
            Volatile.Write(ref published, batch[^1].ModRevision);
            told = queues;
        }

        foreach (var queue in told)
        {
            if (!queue.Offer(batch))
            {
                Unregister(queue);
            }
        }
    }

    /// <summary>Ends the present watches, because what lies between them and <paramref name="revision"/> cannot be had any more.</summary>
    public void Skip(long revision, Exception reason)
    {
        WatchQueue[] ended;
        lock (gate)
        {
            Volatile.Write(ref published, revision);
            (ended, queues) = (queues, []);
        }

        End(ended, reason);
    }

    /// <summary>Ends all watches, present and future.</summary>
    public void Complete(Exception? reason)
    {
        WatchQueue[] ended;
        lock (gate)
        {
            (isComplete, failure) = (true, reason);
            (ended, queues) = (queues, []);
        }

        End(ended, reason);
    }

    private static void End(WatchQueue[] queues, Exception? reason)
    {
        foreach (var queue in queues)
        {
            queue.Complete(reason);
        }
    }
}
