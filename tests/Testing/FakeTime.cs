namespace Navarch.Testing;

/// <summary>A clock that moves only when it is told to. Timers fire on the thread that moves it, in the order of their times.</summary>
public sealed class FakeTime : TimeProvider
{
    private readonly Lock guard = new();
    private readonly List<FakeTimer> timers = [];
    private DateTimeOffset now;

    public FakeTime()
        : this(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero))
    {
    }

    public FakeTime(DateTimeOffset start) => now = start;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How long until the next timer fires; null when there is none.</summary>
    public TimeSpan? NextTimer
    {
        get
        {
            lock (guard)
            {
                var next = timers.Where(timer => timer.DueAt is not null).Min(timer => timer.DueAt);
                return next is { } at ? (at > now ? at - now : TimeSpan.Zero) : null;
            }
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (guard)
        {
            return now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, callback, state);
        lock (guard)
        {
            timers.Add(timer);
        }

        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock; every timer due on the way fires at its own time.</summary>
    public void Advance(TimeSpan span)
    {
        var until = GetUtcNow() + span;
        while (TakeDue(until) is { } timer)
        {
            timer.Fire();
        }

        lock (guard)
        {
            now = until;
        }
    }

    private FakeTimer? TakeDue(DateTimeOffset until)
    {
        lock (guard)
        {
            var next = timers.Where(timer => timer.DueAt <= until).MinBy(timer => timer.DueAt);
            if (next is not null)
            {
                now = next.DueAt!.Value > now ? next.DueAt.Value : now;
                next.RearmLocked();
            }

            return next;
        }
    }

    private sealed class FakeTimer(FakeTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan period;

        public DateTimeOffset? DueAt { get; private set; }

        public void Fire() => callback(state);

        public void RearmLocked() => DueAt = period > TimeSpan.Zero ? DueAt + period : null;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time.guard)
            {
                this.period = period;
                DueAt = dueTime == Timeout.InfiniteTimeSpan ? null : time.now + dueTime;
                return true;
            }
        }

        public void Dispose()
        {
            lock (time.guard)
            {
                DueAt = null;
                time.timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
