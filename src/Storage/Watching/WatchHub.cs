namespace Navarch.Storage.Watching;

/// <summary>
/// Passes what was committed to every live watcher, in order. A watcher that registers learns the revision after
/// which its queue begins, so that it can read what is older from history and miss nothing in between.
/// </summary>
internal sealed class WatchHub(long revision, long queueBytesMax)
{
    private readonly Lock gate = new();

    // Guarded by `gate`:
    private readonly HashSet<WatchQueue> queues = [];
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
                queues.Add(queue);
            }
        }
        return queue;
    }

    public void Unregister(WatchQueue queue)
    {
        lock (gate)
        {
            queues.Remove(queue);
        }
    }

    /// <summary>Called by the writer with what one commit made durable, in order of revision.</summary>
    public void Publish(IReadOnlyList<StoreEvent> batch)
    {
        lock (gate)
        {
            Volatile.Write(ref published, batch[^1].ModRevision);
            queues.RemoveWhere(queue => !queue.Offer(batch));
        }
    }

    /// <summary>Ends the present watches, because what lies between them and <paramref name="revision"/> cannot be had any more.</summary>
    public void Skip(long revision, Exception reason)
    {
        lock (gate)
        {
            Volatile.Write(ref published, revision);
            foreach (var queue in queues)
            {
                queue.Complete(reason);
            }
            queues.Clear();
        }
    }

    /// <summary>Ends all watches, present and future.</summary>
    public void Complete(Exception? reason)
    {
        lock (gate)
        {
            (isComplete, failure) = (true, reason);
            foreach (var queue in queues)
            {
                queue.Complete(reason);
            }
            queues.Clear();
        }
    }
}
