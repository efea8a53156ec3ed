namespace Navarch.Scheduler.Tests;

/// <summary>A clock that goes when a test says so. It has no timers: what waits is asked when, not made to wait.</summary>
internal sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    private DateTimeOffset now = start;

    public override DateTimeOffset GetUtcNow() => now;

    public void Advance(TimeSpan by) => now += by;
}
