using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Pipeline;

/// <summary>How many requests may be under way at once. Who comes too many is told to come back, and waits outside.</summary>
internal sealed class RequestLimits
{
    private const int ReadsMax = 800;
    private const int WritesMax = 1600;
    private const int LongRunningMax = 20_000;

    private readonly Counter reads = new(ReadsMax);
    private readonly Counter writes = new(WritesMax);
    private readonly Counter longRunning = new(LongRunningMax);

    public (int Reads, int Writes, int LongRunning) Current => (reads.Count, writes.Count, longRunning.Count);

    /// <summary>How many were sent away since the start.</summary>
    public (long Reads, long Writes) Dropped => (reads.Dropped, writes.Dropped);

    /// <exception cref="StatusException">429.</exception>
    public Slot Enter(RequestInfo info)
    {
        var isLong = IsLongRunning(info);
        var counter = isLong ? longRunning : info.Verb is "get" or "list" or "head" ? reads : writes;
        return counter.TryEnter()
            ? new Slot(counter, isLong)
            : throw StatusErrors.TooManyRequests("Too many requests, please try again later.", retryAfterSeconds: 1).AsException();
    }

    public static bool IsLongRunning(RequestInfo info) =>
        info.Verb == "watch" || info.Subresource is "proxy" or "exec" or "attach" or "portforward" or "log" || info.Path == Backups.SnapshotHandler.Path;

    internal sealed class Counter(int max)
    {
        private int count;
        private long dropped;

        public int Count => Volatile.Read(ref count);

        public long Dropped => Volatile.Read(ref dropped);

        public bool TryEnter()
        {
            if (Interlocked.Increment(ref count) <= max)
            {
                return true;
            }

            Leave();
            Interlocked.Increment(ref dropped);
            return false;
        }

        public void Leave() => Interlocked.Decrement(ref count);
    }

    internal readonly struct Slot(Counter counter, bool isLongRunning) : IDisposable
    {
        public bool IsLongRunning => isLongRunning;

        public void Dispose() => counter.Leave();
    }
}
