using System.Globalization;
using Navarch.Machinery.Cron;

namespace Navarch.Cluster.Backup;

/// <summary>When backups are made: at once and then every so often, or at the times of a cron expression.</summary>
public sealed class BackupSchedule
{
    // Between attempts after a failure; doubled each time, but never longer than the last.
    private static readonly TimeSpan RetryFirst = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetryLast = TimeSpan.FromMinutes(15);

    private readonly TimeSpan? interval;
    private readonly CronSchedule? cron;
    private readonly TimeProvider time;

    private BackupSchedule(TimeSpan? interval, CronSchedule? cron, TimeProvider time)
    {
        this.interval = interval;
        this.cron = cron;
        this.time = time;
    }

    /// <param name="text">Such as <c>6h</c>, <c>30m</c>, <c>1d</c>, or <c>0 3 * * *</c> by the machine's time.</param>
    /// <exception cref="ClusterException">It is neither.</exception>
    public static BackupSchedule Parse(string text, TimeProvider time)
    {
        if (text.Length > 1 && char.IsAsciiDigit(text[0]) && !text.Contains(' ', StringComparison.Ordinal))
        {
            return new BackupSchedule(Interval(text), null, time);
        }

        try
        {
            return new BackupSchedule(null, CronSchedule.Parse(text), time);
        }
        catch (FormatException e)
        {
            throw Refused(text, e.Message);
        }
    }

    /// <summary>Makes backups until it is cancelled. One that fails is tried again, at longer and longer intervals.</summary>
    /// <param name="failed">Told of each failure and of how long it waits.</param>
    public async Task RunAsync(Func<CancellationToken, Task> backup, Action<Exception, TimeSpan> failed, CancellationToken ct)
    {
        var (next, retry) = (interval is null ? Next() : time.GetUtcNow(), RetryFirst);
        while (true)
        {
            await DelayUntilAsync(next, ct);
            try
            {
                await backup(ct);
                (next, retry) = (Next(), RetryFirst);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                var regular = Next() - time.GetUtcNow();
                var wait = retry < regular ? retry : regular;
                failed(e, wait);
                next = time.GetUtcNow() + wait;
                retry = retry * 2 < RetryLast ? retry * 2 : RetryLast;
            }
        }
    }

    private DateTimeOffset Next()
    {
        var now = time.GetUtcNow();
        return interval is { } every ? now + every : cron!.Next(now, time.LocalTimeZone) ?? throw new ClusterException("the schedule names no time that ever comes", "correct it");
    }

    // In steps: a timer cannot be set for more than 49 days, and the clock may be set meanwhile.
    private async Task DelayUntilAsync(DateTimeOffset at, CancellationToken ct)
    {
        var step = TimeSpan.FromMinutes(15);
        while (at - time.GetUtcNow() is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left < step ? left : step, time, ct);
        }
    }

    private static TimeSpan Interval(string text)
    {
        var unit = text[^1] switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            _ => throw Refused(text, "an interval ends in s, m, h or d"),
        };
        return int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= 100_000
            ? unit * count
            : throw Refused(text, "an interval is a number and a unit");
    }

    private static ClusterException Refused(string text, string why) =>
        new($"\"{text}\" is no schedule: {why}", "give an interval such as 6h, or a cron expression such as \"0 3 * * *\"");
}
