namespace Navarch.Storage.Etcd;

/// <summary>Those who wait until the feed has delivered a revision.</summary>
internal sealed class Revisions(long reached)
{
    private readonly Lock gate = new();

    // Guarded by `gate`:
    private readonly PriorityQueue<TaskCompletionSource, long> waiters = new();
    private long reached = reached;
    private Exception? failure;

    public long Reached => Volatile.Read(ref reached);

    /// <summary>Whether somebody waits.</summary>
    public bool IsAwaited
    {
        get
        {
            lock (gate)
            {
                return waiters.Count > 0;
            }
        }
    }

    public Task WaitAsync(long revision)
    {
        lock (gate)
        {
            if (revision <= reached)
            {
                return Task.CompletedTask;
            }
            if (failure is not null)
            {
                return Task.FromException(failure);
            }
            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiters.Enqueue(waiter, revision);
            return waiter.Task;
        }
    }

    public void Advance(long revision)
    {
        lock (gate)
        {
            Volatile.Write(ref reached, revision);
            while (waiters.TryPeek(out var waiter, out var awaited) && awaited <= revision)
            {
                waiters.Dequeue();
                waiter.SetResult();
            }
        }
    }

    /// <summary>Nothing will be reached any more.</summary>
    public void Fail(Exception reason)
    {
        lock (gate)
        {
            failure = reason;
            while (waiters.TryDequeue(out var waiter, out _))
            {
                waiter.SetException(reason);
            }
        }
    }
}
