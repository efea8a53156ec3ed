namespace Navarch.ApiServer.Registry;

/// <summary>
/// Lets those who lost a race for an object try again one after the other. Without it a hundred writers of one object
/// make each change a hundred times: all start over whenever one of them gets through. A turn is a courtesy and not a
/// lock: whoever has waited for a while, because the one whose turn it is waits for a webhook, goes on without one.
/// </summary>
internal sealed class Turns(TimeProvider time)
{
    // Longer than a hundred writers in a row take, and shorter than anybody notices.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Queue> queues = [];

    /// <summary>How many objects somebody waits for.</summary>
    public int Count
    {
        get
        {
            lock (queues)
            {
                return queues.Count;
            }
        }
    }

    /// <summary>Waits for the turn of whoever asks for <paramref name="key"/>. The turn ends when what is returned is disposed of.</summary>
    /// <exception cref="OperationCanceledException">The caller waits no longer.</exception>
    public async ValueTask<IDisposable> TakeAsync(string key, CancellationToken ct)
    {
        Queue queue;
        lock (queues)
        {
            queue = queues.TryGetValue(key, out var found) ? found : queues[key] = new Queue();
            queue.Users++;
        }

        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        try
        {
            await queue.Turn.WaitAsync(either.Token);
            return new Turn(this, key, queue, isHeld: true);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new Turn(this, key, queue, isHeld: false);
        }
        catch (OperationCanceledException)
        {
            Leave(key, queue);
            throw;
        }
    }

    private void Leave(string key, Queue queue)
    {
        lock (queues)
        {
            if (--queue.Users == 0)
            {
                queues.Remove(key);
                queue.Turn.Dispose();
            }
        }
    }

    private sealed class Queue
    {
        public SemaphoreSlim Turn { get; } = new(1);

        /// <summary>Who waits, or has waited and is not done. Guarded by the dictionary.</summary>
        public int Users { get; set; }
    }

    private sealed class Turn(Turns turns, string key, Queue queue, bool isHeld) : IDisposable
    {
        public void Dispose()
        {
            if (isHeld)
            {
                queue.Turn.Release();
            }

            turns.Leave(key, queue);
        }
    }
}
