namespace Navarch.Storage.Sqlite;

/// <summary>Knows which revision is old enough to be compacted. Owned by the write loop.</summary>
/// <remarks>
/// From time to time it notes which revision the store has reached; everything up to such a mark is older than the mark.
/// Ages are measured on the monotonic clock, so that a jump of the wall clock compacts nothing early. Marks do not
/// survive a restart: what was written before is as old as the start. A store that nobody writes to has no timer.
/// </remarks>
internal sealed class Retention : IDisposable
{
    // A tenth of the retention is how much longer than promised something may stay.
    private const int MarksPerRetention = 10;

    private readonly TimeProvider time;
    private readonly TimeSpan retention;
    private readonly Alarm alarm;
    private readonly Queue<(long Timestamp, long Revision)> marks = [];
    private long marked;
    private bool isSet;

    public Retention(TimeProvider time, TimeSpan retention, long revision, long compacted, Action wake)
    {
        (this.time, this.retention, marked) = (time, retention, compacted);
        alarm = new(time, wake);
        if (revision > compacted)
        {
            Mark(revision);
            Advance();
        }
    }

    /// <summary>Something was committed.</summary>
    public void Advance()
    {
        if (!isSet)
        {
            isSet = true;
            alarm.Set(retention / MarksPerRetention);
        }
    }

    /// <summary>The revision up to which everything is older than the retention, if there is a new one.</summary>
    public long? Update(long revision)
    {
        if (!alarm.TryTake())
        {
            return null;
        }

        long? due = null;
        while (marks.TryPeek(out var oldest) && time.GetElapsedTime(oldest.Timestamp) >= retention)
        {
            due = marks.Dequeue().Revision;
        }
        Mark(revision);
        isSet = false;
        if (marks.Count > 0)
        {
            Advance();
        }
        return due;
    }

    public void Dispose() => alarm.Dispose();

    private void Mark(long revision)
    {
        if (revision > marked)
        {
            marks.Enqueue((time.GetTimestamp(), revision));
            marked = revision;
        }
    }
}
