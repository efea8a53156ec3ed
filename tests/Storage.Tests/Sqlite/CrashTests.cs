using System.Diagnostics;
using System.Text;
using Navarch.Storage.Sqlite;

namespace Navarch.Storage.Tests.Sqlite;

/// <summary>
/// Kills a process that writes, over and over, at any moment, with SIGKILL. NAVARCH_CRASH_ROUNDS says how often
/// (default 20), NAVARCH_SEED repeats a run.
/// </summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private sealed record Acknowledged(long Revision, string Key, string Value);

    [Fact]
    public async Task Everything_acknowledged_survives_being_killed_and_the_revision_does_not_go_back()
    {
        var rounds = int.Parse(Environment.GetEnvironmentVariable("NAVARCH_CRASH_ROUNDS") ?? "20");
        var seed = int.Parse(Environment.GetEnvironmentVariable("NAVARCH_SEED") ?? $"{Environment.ProcessId}");
        output.WriteLine($"NAVARCH_SEED={seed}");
        using var directory = new TemporaryDirectory();
        var path = directory.Path("store.db");
        var random = new Random(seed);
        var acknowledged = new List<Acknowledged>();

        for (var round = 0; round < rounds; round++)
        {
            // Every fourth time while it starts, otherwise after some writes.
            var startOnly = round % 4 == 3;
            var news = await RunAndKillAsync(path, random.Next(), startOnly ? 0 : random.Next(1, 1500), TimeSpan.FromMilliseconds(startOnly ? random.Next(400) : 0));
            var highest = acknowledged.Count == 0 ? 1 : acknowledged.Max(write => write.Revision);
            Assert.All(news, write => Assert.True(write.Revision >= highest, $"revision {write.Revision} after {highest}"));
            acknowledged.AddRange(news);
            await VerifyAsync(path, acknowledged);
        }

        output.WriteLine($"{acknowledged.Count} acknowledged writes in {rounds} rounds");
        Assert.NotEmpty(acknowledged);
    }

    private static async Task<List<Acknowledged>> RunAndKillAsync(string path, int seed, int killAfterLines, TimeSpan killDelay)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(CrashTests).Assembly.Location);
        }
        start.ArgumentList.Add(CrashWriter.Command);
        start.ArgumentList.Add(path);
        start.ArgumentList.Add($"{seed}");
        using var process = Process.Start(start)!;
        var news = new List<Acknowledged>();
        try
        {
            await Task.Delay(killDelay);
            for (var lines = 0; lines < killAfterLines && await process.StandardOutput.ReadLineAsync() is { } line; lines++)
            {
                news.Add(Parse(line));
            }
        }
        finally
        {
            process.Kill(); // SIGKILL
        }

        // What was printed before it died was acknowledged too. The last line may be torn.
        var rest = await process.StandardOutput.ReadToEndAsync();
        news.AddRange(rest.Split('\n').SkipLast(1).Select(Parse));
        await process.WaitForExitAsync();
        return news;
    }

    private static Acknowledged Parse(string line)
    {
        var fields = line.Split(' ');
        return new(long.Parse(fields[0]), fields[1], fields[2]);
    }

    private static async Task VerifyAsync(string path, List<Acknowledged> acknowledged)
    {
        await using var store = await SqliteRevisionStore.OpenAsync(new() { Path = path }, TimeProvider.System, CancellationToken.None);
        var history = await ReadHistoryAsync(store);
        var current = await store.RangeAsync("/", CancellationToken.None);

        Assert.Equal(store.CurrentRevision, current.Revision);
        Assert.Equal(Enumerable.Range(1, history.Count).Select(i => store.CompactedRevision + i), history.Select(change => change.ModRevision));
        Assert.True(acknowledged.Count == 0 || acknowledged.Max(write => write.Revision) <= store.CurrentRevision, "the revision went back");

        var byRevision = history.ToDictionary(change => change.ModRevision);
        var byKey = current.Entries.ToDictionary(entry => entry.Key);
        foreach (var write in acknowledged.Where(write => write.Key != "open" && write.Revision > store.CompactedRevision))
        {
            Assert.Equal((write.Key, write.Value), (byRevision[write.Revision].Key, Value(byRevision[write.Revision])));
        }
        foreach (var last in acknowledged.Where(write => write.Key != "open").GroupBy(write => write.Key).Select(key => key.MaxBy(write => write.Revision)!))
        {
            // A writer that was killed had at most one write under way in this round; earlier ones may have left one each.
            var entry = byKey.GetValueOrDefault(last.Key);
            if (entry is null || entry.ModRevision != last.Revision)
            {
                Assert.True(
                    (last.Value == "-" && entry is null) || history.Any(change => change.Key == last.Key && change.ModRevision > last.Revision),
                    $"{last.Key} lost its revision {last.Revision}");
            }
        }
        foreach (var change in history.GroupBy(change => change.Key).Select(key => key.Last()))
        {
            Assert.Equal(Value(change), byKey.TryGetValue(change.Key, out var entry) ? Encoding.UTF8.GetString(entry.Value.Span) : "-");
        }
    }

    private static async Task<List<StoreEvent>> ReadHistoryAsync(SqliteRevisionStore store)
    {
        var history = new List<StoreEvent>();
        if (store.CurrentRevision > store.CompactedRevision && store.CurrentRevision > 1)
        {
            await foreach (var change in store.WatchAsync("", store.CompactedRevision, CancellationToken.None))
            {
                history.Add(change);
                if (change.ModRevision == store.CurrentRevision)
                {
                    break;
                }
            }
        }
        return history;
    }

    private static string Value(StoreEvent change) =>
        change.Type == StoreEventType.Delete ? "-" : Encoding.UTF8.GetString(change.Value.Span);
}
