namespace Navarch.Client;

/// <summary>
/// Calls back with keys when their time has come: one timer for all of them, set for the earliest. Of two times for one key
/// the earlier holds.
/// </summary>
internal sealed class Timers<TKey> : IDisposable where TKey : notnull
{
    private readonly TimeProvider time;
    private readonly Action<TKey> due;
    private readonly ITimer timer;

    private readonly Lock guard = new();
    private readonly PriorityQueue<TKey, long> order = new();
    private readonly Dictionary<TKey, long> wanted;
    private bool isClosed;

    public Timers(TimeProvider time, IEqualityComparer<TKey> comparer, Action<TKey> due)
    {
        this.time = time;
        this.due = due;
        wanted = new Dictionary<TKey, long>(comparer);
        timer = time.CreateTimer(static state => ((Timers<TKey>)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int Count
    {
        get
        {
            lock (guard)
            {
                return wanted.Count;
            }
        }
    }

    public void Set(TKey key, TimeSpan delay)
    {
        lock (guard)
        {
            var at = time.GetUtcNow().UtcTicks + Math.Max(0, delay.Ticks);
            if (wanted.TryGetValue(key, out var known) && known <= at)
            {
                return;
            }

            wanted[key] = at;
            order.Enqueue(key, at); // An entry that is later than what is wanted is skipped when it comes up.
            ArmLocked();
        }
    }

    /// <summary>Forgets the time set for the key.</summary>
    public void Clear(TKey key)
    {
        lock (guard)
        {
            wanted.Remove(key);
        }
    }

    public void Dispose()
    {
        lock (guard)
        {
            isClosed = true;
        }

        timer.Dispose();
    }

    private void Fire()
    {
        List<TKey> ready = [];
        lock (guard)
        {
            var now = time.GetUtcNow().UtcTicks;
            while (order.TryPeek(out var key, out var at) && at <= now)
            {
                order.Dequeue();
                if (wanted.TryGetValue(key, out var wantedAt) && wantedAt <= now)
                {
                    wanted.Remove(key);
                    ready.Add(key);
                }
            }

            ArmLocked();
        }

        foreach (var key in ready)
        {
            due(key);
        }
    }

    private void ArmLocked()
    {
        if (isClosed)
        {
            return; // A timer that is disposed cannot be set.
        }

        while (order.TryPeek(out var key, out var at))
        {
            if (wanted.TryGetValue(key, out var wantedAt) && wantedAt == at)
            {
                var delay = TimeSpan.FromTicks(Math.Max(0, at - time.GetUtcNow().UtcTicks));
                // Rounded up to what timers can tell apart: one that fires early would only be set again.
                timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(delay.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
                return;
            }

            order.Dequeue();
        }

        timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
