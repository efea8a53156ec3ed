namespace Navarch.Storage.Sqlite;

/// <summary>A timer that remembers that it rang until the loop that owns it looks.</summary>
internal sealed class Alarm : IDisposable
{
    // Timers refuse more than 49 days. Ringing early is harmless: the loop looks at the clock and sets it again.
    private static readonly TimeSpan DelayMax = TimeSpan.FromDays(1);

    private readonly ITimer timer;
    private int hasRung;

    /// <param name="wake">Called, on any thread, when the alarm rings.</param>
    public Alarm(TimeProvider time, Action wake)
    {
        timer = time.CreateTimer(
            _ =>
            {
                Volatile.Write(ref hasRung, 1);
                wake();
            },
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>Rings once after <paramref name="delay"/>, instead of whenever it would have.</summary>
    public void Set(TimeSpan delay) => timer.Change(
        delay < TimeSpan.Zero ? TimeSpan.Zero : delay > DelayMax ? DelayMax : delay, Timeout.InfiniteTimeSpan);

    /// <summary>Whether it rang since the last call.</summary>
    public bool TryTake() => Interlocked.Exchange(ref hasRung, 0) == 1;

    public void Dispose() => timer.Dispose();
}
