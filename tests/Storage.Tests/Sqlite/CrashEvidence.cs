using System.Diagnostics;
using System.Globalization;
using System.Text;
using Navarch.Storage.Sqlite;

namespace Navarch.Storage.Tests.Sqlite;

/// <summary>What a <see cref="CrashWriter"/> was told was done, over all of its lives, and whether what it left behind agrees.</summary>
internal sealed class CrashEvidence
{
    private readonly List<Acknowledged> acknowledged = [];

    private sealed record Acknowledged(long Revision, string Key, string Value);

    public int Count => acknowledged.Count;

    /// <summary>This executable, as a writer.</summary>
    public static ProcessStartInfo Writer(params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            Environment = { ["DOTNET_EnableDiagnostics"] = "0" }, // Whose sockets would stay in /tmp when it is killed.
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(CrashEvidence).Assembly.Location);
        }
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        return start;
    }

    /// <summary>Adds what a writer printed, to the line on which it died.</summary>
    public void Add(string output)
    {
        var news = output.Split('\n').SkipLast(1).Select(Parse).ToList();
        var highest = acknowledged.Count == 0 ? 1 : acknowledged.Max(write => write.Revision);
        Assert.All(news, write => Assert.True(write.Revision >= highest, $"revision {write.Revision} after {highest}"));
        acknowledged.AddRange(news);
    }

    /// <summary>Opens what was left, and compares. It is closed as it was found, so that a next writer finds the same.</summary>
    public async Task VerifyAsync(string path)
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
            // A writer that died had at most one write under way in each life.
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

    private static Acknowledged Parse(string line)
    {
        var fields = line.Split(' ');
        return new(long.Parse(fields[0], CultureInfo.InvariantCulture), fields[1], fields[2]);
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
