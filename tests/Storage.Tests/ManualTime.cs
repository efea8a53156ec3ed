namespace Navarch.Storage.Tests;

/// <summary>Time that passes when a test says so. Timers ring on the thread that lets it pass.</summary>
public sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<ManualTimer> timers = [];
    private TimeSpan elapsed;
    private TimeSpan jump;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (gate)
        {
            return elapsed.Ticks;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return start + elapsed + jump;
        }
    }

    /// <summary>Lets time pass, and timers ring, in order.</summary>
    public void Advance(TimeSpan delta)
    {
        var end = new TimeSpan(GetTimestamp()) + delta;
        while (true)
        {
            ManualTimer? due;
            lock (gate)
            {
                due = timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
                if (due is null)
                {
                    elapsed = end;
                    return;
                }
                elapsed = due.Due!.Value > elapsed ? due.Due.Value : elapsed;
                due.Due = null;
            }
            due.Ring();
        }
    }

    /// <summary>Sets the wall clock forward or back, as an administrator would. Timers do not notice.</summary>
    public void SetClock(TimeSpan difference)
    {
        lock (gate)
        {
            jump += difference;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        lock (gate)
        {
            timers.Add(timer);
        }
        return timer;
    }

    private sealed class ManualTimer(ManualTime time, Action callback) : ITimer
    {
        /// <summary>In elapsed time; null while it is not set. Guarded by the gate of the time.</summary>
        public TimeSpan? Due { get; set; }

        public void Ring() => callback();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Assert.Equal(Timeout.InfiniteTimeSpan, period); // Nothing here repeats by itself.
            lock (time.gate)
            {
                Due = dueTime <= TimeSpan.Zero ? null : time.elapsed + dueTime; // Infinite is less than zero.
            }
            if (dueTime == TimeSpan.Zero)
            {
                ThreadPool.QueueUserWorkItem(_ => Ring()); // No time needs to pass.
            }
            return true;
        }

        public void Dispose()
        {
            lock (time.gate)
            {
                Due = null;
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
