using Navarch.Cluster.Backup;
using Navarch.Testing;

namespace Navarch.Cluster.Tests.Backup;

public sealed class BackupScheduleTests : IDisposable
{
    private readonly FakeTime time = new();
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_interval_begins_at_once_and_a_failure_is_tried_again_sooner()
    {
        var start = time.GetUtcNow();
        var (made, waits) = (new List<TimeSpan>(), new List<TimeSpan>());
        var attempts = 0;
        using var stop = new CancellationTokenSource();
        var running = BackupSchedule.Parse("6h", time).RunAsync(
            _ =>
            {
                // The second one works only the fourth time.
                if (++attempts is > 1 and < 5)
                {
                    throw new IOException("the disk is full");
                }

                made.Add(time.GetUtcNow() - start);
                return Task.CompletedTask;
            },
            (_, wait) => waits.Add(wait),
            stop.Token);

        await Until.TrueAsync(time, () => made.Count == 3, "three backups");
        await stop.CancelAsync();

        Assert.Equal([TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(40)], waits);
        Assert.Equal([TimeSpan.Zero, new TimeSpan(6, 1, 10), new TimeSpan(12, 1, 10)], made);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_cron_expression_waits_for_its_time()
    {
        var made = new List<DateTimeOffset>();
        using var stop = new CancellationTokenSource();
        var running = BackupSchedule.Parse("30 3 * * *", time).RunAsync(
            _ =>
            {
                made.Add(time.GetUtcNow());
                return Task.CompletedTask;
            },
            static (_, _) => { },
            stop.Token);

        await Until.TrueAsync(time, () => made.Count == 2, "two backups");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        Assert.All(made, static at => Assert.Equal((3, 30), (at.Hour, at.Minute)));
        Assert.Equal(TimeSpan.FromDays(1), made[1] - made[0]);
    }

    [Theory]
    [InlineData("6x")]
    [InlineData("0h")]
    [InlineData("99999999h")]
    [InlineData("often")]
    [InlineData("61 * * * *")]
    [InlineData("")]
    public void What_is_no_schedule_is_refused(string text) =>
        Assert.Contains("give an interval such as 6h", Assert.Throws<ClusterException>(() => BackupSchedule.Parse(text, time)).Advice, StringComparison.Ordinal);

    [Fact]
    public void The_newest_are_kept_and_other_files_are_left_alone()
    {
        var backups = new BackupFolder(folder.Path, "web");
        var paths = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            paths.Add(backups.PathFor(time.GetUtcNow()));
            File.WriteAllText(paths[^1], "");
            time.Advance(TimeSpan.FromHours(1));
        }

        string[] others = ["notes.txt", "navarch-web-old.tar", "navarch-web-two-20260101T120000Z.tar", "navarch-other-20200101T000000Z.tar"];
        foreach (var other in others)
        {
            File.WriteAllText(folder[other], "");
        }

        File.WriteAllText(paths[4] + ".partial", "left by a run that was killed");
        using var beingWritten = new FileStream(folder["navarch-web-20270101T000000Z.tar.partial"], FileMode.Create, FileAccess.Write, FileShare.None);

        var removed = backups.Prune(keep: 2);

        Assert.Equal([paths[2], paths[1], paths[0]], removed);
        Assert.Equal(
            others.Append("navarch-web-20270101T000000Z.tar.partial").Concat(paths[3..].Select(static path => Path.GetFileName(path))).Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(folder.Path).Select(static path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
    }
}
