using Navarch.Api.FlowControl.V1;

namespace Navarch.ApiServer.Fairness;

/// <summary>
/// One level: its seats, and the queues before them. Guarded by the lock of <see cref="FlowControl"/>.
/// </summary>
/// <remarks>
/// Of its seats a level keeps some for itself and puts the rest, which others may borrow, into a pool. What it uses is counted
/// against its own first. Queues are served by start-time fair queuing: a request's place is where its queue's
/// last one ends in the level's virtual time, so that a queue of wide requests advances no faster than one of narrow ones.
/// </remarks>
internal sealed class PriorityLevel(string name)
{
    private Queue[] queues = [];
    private int queueLengthMax;
    private double now;

    public string Name { get; } = name;

    public bool IsExempt { get; private set; }

    public int HandSize { get; private set; }

    public int QueueCount => queues.Length;

    /// <summary>Seats by its shares.</summary>
    public int Nominal { get; private set; }

    /// <summary>Seats that nobody else can have.</summary>
    public int Own { get; private set; }

    /// <summary>Seats it may take from the pool: those it gave and those it may borrow.</summary>
    public int FromPoolMax { get; private set; }

    public int Used { get; private set; }

    public int Executing { get; private set; }

    public int Waiting { get; private set; }

    public LevelCounters Counters { get; } = new();

    /// <summary>What of <see cref="Used"/> belongs to the pool.</summary>
    public int UsedOfPool => Math.Max(0, Used - Own);

    /// <summary>Whether more is used than its shares give it.</summary>
    public bool IsBorrowing => Used >= Nominal;

    public void Configure(PriorityLevelConfigurationSpec spec, int nominal)
    {
        IsExempt = spec.Type == PriorityLevelEnablement.Exempt;
        var lendable = nominal * (spec.Limited?.LendablePercent ?? spec.Exempt?.LendablePercent ?? 0) / 100;
        var borrowable = spec.Limited?.BorrowingLimitPercent is { } percent ? (int)Math.Min(int.MaxValue / 4, (long)nominal * percent / 100) : int.MaxValue / 4;
        (Nominal, Own) = (nominal, Math.Max(IsExempt ? 0 : 1, nominal - lendable));
        FromPoolMax = Math.Max(0, nominal - Own) + borrowable;
        var queuing = spec.Limited?.LimitResponse is { Type: LimitResponseType.Queue, Queuing: { } wanted } ? wanted : null;
        queueLengthMax = queuing?.QueueLengthLimit ?? 0;
        HandSize = Math.Min(queuing?.HandSize ?? 0, queuing?.Queues ?? 0);

        // What waits stays where it is: queues are added, and taken away only while nobody waits.
        if (Waiting == 0 || (queuing?.Queues ?? 0) > queues.Length)
        {
            Array.Resize(ref queues, queuing?.Queues ?? 0);
            for (var i = 0; i < queues.Length; i++)
            {
                queues[i] ??= new Queue();
            }
        }
    }

    /// <summary>Whether there are seats. A level that serves nobody takes a request of any width.</summary>
    /// <param name="pool">Seats in the pool that nobody uses.</param>
    public bool HasSeats(int width, int pool)
    {
        if (Used == 0)
        {
            return true;
        }

        var more = Math.Max(0, Used + width - Own) - UsedOfPool;
        return more <= pool && UsedOfPool + more <= FromPoolMax;
    }

    public void Take(int width)
    {
        Used += width;
        Executing++;
        Counters.Dispatched++;
    }

    public void Release(int width)
    {
        Used -= width;
        Executing--;
    }

    /// <summary>Stands in the shortest queue of the hand; null where that is full, or there is none.</summary>
    public Waiter? Enqueue(ReadOnlySpan<int> hand, int width)
    {
        Queue? shortest = null;
        foreach (var card in hand)
        {
            if (card < queues.Length && (shortest is null || queues[card].Work < shortest.Work))
            {
                shortest = queues[card];
            }
        }

        if (shortest is null || shortest.Waiters.Count >= queueLengthMax)
        {
            return null;
        }

        var start = Math.Max(now, shortest.End);
        shortest.End = start + width;
        shortest.Work += width;
        var waiter = new Waiter(this, width, start);
        shortest.Waiters.AddLast(waiter);
        Waiting++;
        return waiter;
    }

    /// <summary>Who is next; null when nobody waits.</summary>
    public Waiter? Next() => NextQueue()?.Waiters.First!.Value;

    /// <summary>Lets <see cref="Next"/> in.</summary>
    public void Admit()
    {
        var queue = NextQueue()!;
        var waiter = queue.Waiters.First!.Value;
        queue.Waiters.RemoveFirst();
        queue.Work -= waiter.Width;
        Waiting--;
        now = Math.Max(now, waiter.Start);
        Take(waiter.Width);
        waiter.Seated.SetResult();
    }

    /// <summary>False if it was let in before.</summary>
    public bool TryGiveUp(Waiter waiter)
    {
        foreach (var queue in queues)
        {
            if (queue.Waiters.Remove(waiter))
            {
                queue.Work -= waiter.Width;
                Waiting--;
                return true;
            }
        }

        return false;
    }

    private Queue? NextQueue()
    {
        if (Waiting == 0)
        {
            return null;
        }

        Queue? first = null;
        foreach (var queue in queues)
        {
            if (queue.Waiters.First is { } head && (first is null || head.Value.Start < first.Waiters.First!.Value.Start))
            {
                first = queue;
            }
        }

        return first;
    }

    private sealed class Queue
    {
        public LinkedList<Waiter> Waiters { get; } = [];

        /// <summary>Seats that are waited for.</summary>
        public int Work { get; set; }

        /// <summary>In the level's virtual time, where the last request ends.</summary>
        public double End { get; set; }
    }
}

/// <summary>A request that waits for its seats.</summary>
/// <param name="start">Its place, in the level's virtual time.</param>
internal sealed class Waiter(PriorityLevel level, int width, double start)
{
    public PriorityLevel Level => level;

    public int Width => width;

    public double Start => start;

    public TaskCompletionSource Seated { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>What happened at a level since the start.</summary>
internal sealed class LevelCounters
{
    public long Dispatched { get; set; }

    public long RejectedFull { get; set; }

    public long RejectedLate { get; set; }
}
