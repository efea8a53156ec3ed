using System.Collections.Concurrent;

namespace Navarch.ApiServer.WatchCache;

/// <summary>
/// Runs the readers of watches that have something to tell, a few at a time. One write wakes every watcher of its kind;
/// given to the thread pool at once, a thousand of them stand before the next request, and each wakes for one event.
/// From here they take turns with requests, and what arrives meanwhile goes out together.
/// </summary>
internal sealed class DeliveryLanes : IThreadPoolWorkItem
{
    // A reader takes some 10 us: others on the thread pool wait no longer than this many.
    private const int ReadersPerTurn = 32;

    private readonly ConcurrentQueue<Watcher> woken = new();
    private int open;

    /// <summary>As many lanes as processors; the thread pool they run on is one for the process, too.</summary>
    public static DeliveryLanes Shared { get; } = new();

    public void Add(Watcher watcher)
    {
        woken.Enqueue(watcher);
        OpenLane();
    }

    void IThreadPoolWorkItem.Execute()
    {
        for (var turn = 0; turn < ReadersPerTurn; turn++)
        {
            if (!woken.TryDequeue(out var watcher))
            {
                Interlocked.Decrement(ref open);
                if (!woken.IsEmpty)
                {
                    OpenLane(); // It came between the look and the closing.
                }

                return;
            }

            watcher.Continue();
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void OpenLane()
    {
        var now = Volatile.Read(ref open);
        while (now < Environment.ProcessorCount)
        {
            var before = Interlocked.CompareExchange(ref open, now + 1, now);
            if (before == now)
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                return;
            }

            now = before;
        }
    }
}
