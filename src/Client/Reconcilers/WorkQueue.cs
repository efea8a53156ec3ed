namespace Navarch.Client;

/// <summary>
/// Keys waiting to be worked on. A key is in it once however often it is added, is in the hands of one worker at a time, and comes
/// back at the end when it was added meanwhile: nothing is lost, and no key delays the others by being busy. What it holds is
/// bounded by the number of keys there are.
/// </summary>
public sealed class WorkQueue<TKey> : IDisposable where TKey : notnull
{
    private readonly TimeSpan backoffFirst;
    private readonly TimeSpan backoffLast;
    private readonly Random random;
    private readonly Timers<TKey> timers;

    // Permits: one for each key in `ready`.
    private readonly SemaphoreSlim available = new(0);

    private readonly Lock guard = new();
    private readonly Queue<TKey> ready = new();
    private readonly Dictionary<TKey, State> states;
    private readonly Dictionary<TKey, int> failures;
    private bool isClosed;

    public WorkQueue(TimeProvider time, Random random, TimeSpan? backoffFirst = null, TimeSpan? backoffLast = null, IEqualityComparer<TKey>? comparer = null)
    {
        // The first retry must be quick, as most are conflicts; the last must still notice a repaired world by itself.
        this.backoffFirst = backoffFirst ?? TimeSpan.FromMilliseconds(5);
        this.backoffLast = backoffLast ?? TimeSpan.FromMinutes(5);
        this.random = random;
        states = new(comparer);
        failures = new(comparer);
        timers = new Timers<TKey>(time, comparer ?? EqualityComparer<TKey>.Default, Add);
    }

    private enum State
    {
        Ready,
        Busy,
        BusyAndAdded,
    }

    /// <summary>Keys ready to be taken.</summary>
    public int Count
    {
        get
        {
            lock (guard)
            {
                return ready.Count;
            }
        }
    }

    /// <summary>Keys ready, in work or waiting for their time.</summary>
    public int TotalCount
    {
        get
        {
            lock (guard)
            {
                return states.Count + timers.Count;
            }
        }
    }

    /// <summary>Does nothing once the queue is disposed: timers and handlers may still be under way then.</summary>
    public void Add(TKey key)
    {
        lock (guard)
        {
            if (isClosed)
            {
                return;
            }

            switch (states.TryGetValue(key, out var state) ? state : (State?)null)
            {
                case null:
                    states[key] = State.Ready;
                    MakeReadyLocked(key);
                    break;
                case State.Busy:
                    states[key] = State.BusyAndAdded;
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Adds the key later. Of several times the earliest holds.</summary>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            Add(key);
        }
        else
        {
            timers.Set(key, delay);
        }
    }

    /// <summary>Adds the key after a delay that doubles with each failure in a row; returns the delay.</summary>
    public TimeSpan AddFailed(TKey key)
    {
        TimeSpan delay;
        lock (guard)
        {
            var count = failures.GetValueOrDefault(key);
            failures[key] = count + 1;
            var ticks = backoffFirst.Ticks * Math.Pow(2, Math.Min(count, 40));
            delay = TimeSpan.FromTicks((long)Math.Min(ticks, backoffLast.Ticks)) * (1 - (random.NextDouble() / 4));
        }

        AddAfter(key, delay);
        return delay;
    }

    /// <summary>The key succeeded: its next failure is the first again.</summary>
    public void Forget(TKey key)
    {
        lock (guard)
        {
            failures.Remove(key);
        }
    }

    public int FailuresOf(TKey key)
    {
        lock (guard)
        {
            return failures.GetValueOrDefault(key);
        }
    }

    /// <summary>Waits for a key. Whoever takes it must call <see cref="Done"/>, whatever happens.</summary>
    public async Task<TKey> TakeAsync(CancellationToken ct)
    {
        await available.WaitAsync(ct);
        lock (guard)
        {
            var key = ready.Dequeue();
            states[key] = State.Busy;
            return key;
        }
    }

    /// <summary>Gives the key back. When it was added since it was taken, it is ready again.</summary>
    public void Done(TKey key)
    {
        lock (guard)
        {
            if (states[key] == State.BusyAndAdded)
            {
                states[key] = State.Ready;
                MakeReadyLocked(key);
            }
            else
            {
                states.Remove(key);
            }
        }
    }

    public void Dispose()
    {
        lock (guard)
        {
            isClosed = true;
        }

        // The semaphore has no handle to give back, and who still holds the queue may still release it.
        timers.Dispose();
    }

    private void MakeReadyLocked(TKey key)
    {
        ready.Enqueue(key);
        available.Release();
    }
}
