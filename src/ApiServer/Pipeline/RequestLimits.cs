using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Pipeline;

/// <summary>How many requests may be under way at once. Who comes too many is told to come back, and waits outside.</summary>
internal sealed class RequestLimits(ServingLimits limits)
{
    private const int ReadsMax = 800;
    private const int WritesMax = 1600;

    private readonly Counter reads = new(ReadsMax);
    private readonly Counter writes = new(WritesMax);
    private readonly Counter longRunning = new(limits.LongRunning);

    // Guards the counts of long-running requests by user. Who has none is not in it.
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> byUser = new(StringComparer.Ordinal);

    public (int Reads, int Writes, int LongRunning) Current => (reads.Count, writes.Count, longRunning.Count);

    /// <summary>How many were sent away since the start.</summary>
    public (long Reads, long Writes) Dropped => (reads.Dropped, writes.Dropped);

    /// <exception cref="StatusException">429.</exception>
    public Slot Enter(RequestInfo info, UserInfo user)
    {
        var isLong = IsLongRunning(info);
        var counter = isLong ? longRunning : info.Verb is "get" or "list" or "head" ? reads : writes;
        if (!counter.TryEnter())
        {
            throw TooMany();
        }

        if (isLong && !TryCount(user.Name))
        {
            counter.Leave();
            throw TooMany();
        }

        return new Slot(this, counter, isLong ? user.Name : null);
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

    private static StatusException TooMany() => StatusErrors.TooManyRequests("Too many requests, please try again later.", retryAfterSeconds: 1).AsException();

    private bool TryCount(string user)
    {
        lock (gate)
        {
            var count = byUser.GetValueOrDefault(user);
            if (count >= limits.LongRunningPerUser)
            {
                return false;
            }

            byUser[user] = count + 1;
            return true;
        }
    }

    private void Uncount(string user)
    {
        lock (gate)
        {
            if (--byUser[user] is 0)
            {
                byUser.Remove(user);
            }
        }
    }

    /// <param name="user">Whose long-running request it is; null for one that has a natural end.</param>
    internal readonly struct Slot(RequestLimits limits, Counter counter, string? user) : IDisposable
    {
        public bool IsLongRunning => user is not null;

        public void Dispose()
        {
            counter.Leave();
            if (user is not null)
            {
                limits.Uncount(user);
            }
        }
    }
}
