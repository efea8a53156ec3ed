namespace Navarch.Storage.Sqlite;

/// <summary>Knows when the next key expires. Owned by the write loop.</summary>
/// <remarks>
/// Times to live are deadlines on the wall clock, because they outlive the process. A clock that jumps forward expires
/// keys early, one that jumps back late; nothing else depends on it.
/// </remarks>
internal sealed class Expiry(TimeProvider time, Action wake) : IDisposable
{
    // Keys that were written together expire together, in one commit, instead of waking the loop for each.
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(10);

    private readonly Alarm alarm = new(time, wake);
    private DateTimeOffset next = DateTimeOffset.MaxValue;

    /// <summary>Whether some key may have expired.</summary>
    public bool IsDue { get; private set; }

    /// <summary>The deadline of a key that is written now.</summary>
    public DateTimeOffset? Deadline(TimeSpan? timeToLive) => time.GetUtcNow() + timeToLive;

    /// <summary>Remembers the deadline of a key that was written.</summary>
    public void Add(DateTimeOffset deadline)
    {
        if (deadline < next)
        {
            next = deadline;
            alarm.Set(next - time.GetUtcNow() + Slack);
        }
    }

    /// <summary>Looks whether the alarm rang.</summary>
    public void Update() => IsDue |= alarm.TryTake();

    /// <summary>Everything that was due was removed; <paramref name="remaining"/> is the earliest deadline left.</summary>
    public void Done(DateTimeOffset? remaining)
    {
        IsDue = false;
        next = DateTimeOffset.MaxValue;
        if (remaining is { } deadline)
        {
            Add(deadline);
        }
    }

    /// <summary>It could not be done now.</summary>
    public void RetryLater()
    {
        IsDue = false;
        alarm.Set(RetryDelay);
    }

    public void Dispose() => alarm.Dispose();
}
