using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Navarch.EndToEnd;

/// <summary>
/// Writers that go on whatever happens, and know what was acknowledged to them. Some create an object after another, some
/// count up in one object. One watch sees all of it.
/// </summary>
internal sealed class RecordedWrites(Func<ClusterClient> connect, string @namespace)
{
    private const int Writers = 4;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(50);

    private readonly string path = $"/api/v1/namespaces/{@namespace}/configmaps";
    private readonly Lock gate = new();
    private readonly List<TimeSpan> acknowledgedAt = [];
    private readonly List<string> created = [];
    private readonly Dictionary<string, int> counted = [];
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private int triesMax;

    public int Count
    {
        get
        {
            lock (gate)
            {
                return acknowledgedAt.Count;
            }
        }
    }

    /// <summary>How often one write had to be tried.</summary>
    public int TriesMax => triesMax;

    public TimeSpan Now => clock.Elapsed;

    /// <summary>The longest time in which nobody's write was acknowledged.</summary>
    public TimeSpan LongestGap(TimeSpan from)
    {
        lock (gate)
        {
            var times = acknowledgedAt.Where(at => at >= from).Order().ToList();
            return times.Zip(times.Skip(1), (before, after) => after - before).DefaultIfEmpty().Max();
        }
    }

    /// <summary>Writes until <paramref name="stop"/>, then checks that all of it is there, once.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var watched = new CancellationTokenSource();
        using var client = connect();
        var start = (string)(await UntilAsync(client, HttpMethod.Get, path, null)).Body["metadata"]!["resourceVersion"]!;
        var watching = WatchAsync(start, watched.Token);
        await Task.WhenAll(Enumerable.Range(0, Writers).SelectMany(i => new[] { CreateAsync($"made-{i}", stop), CountAsync($"count-{i}", stop) }));

        // A last write, so that the watch is known to have come to the end.
        await UntilAsync(client, HttpMethod.Post, path, Map("end", 0));
        Check(await watching, (await UntilAsync(client, HttpMethod.Get, path, null)).Body);
    }

    private void Check(IReadOnlyList<(string Type, string Name, int Number)> seen, JsonNode list)
    {
        var present = list["items"]!.AsArray().ToDictionary(item => (string)item!["metadata"]!["name"]!, item => Number(item!));
        Assert.Subset(present.Keys.ToHashSet(), created.ToHashSet());
        Assert.All(counted, counter => Assert.Equal(counter.Value, present[counter.Key]));

        foreach (var changes in seen.GroupBy(change => change.Name))
        {
            // Each number once and in order: nothing was lost, done twice, or told twice.
            Assert.Equal(Enumerable.Range(0, changes.Count()), changes.Select(change => change.Number));
            Assert.Equal("ADDED", changes.First().Type);
        }

        Assert.Equal(present.Keys.Where(IsOurs).Order(), seen.Select(change => change.Name).Distinct().Order());
    }

    private static bool IsOurs(string name) => name.StartsWith("made-", StringComparison.Ordinal) || name.StartsWith("count-", StringComparison.Ordinal) || name == "end";

    private async Task CreateAsync(string prefix, CancellationToken stop)
    {
        using var client = connect();
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var name = $"{prefix}-{i}";
            await UntilAsync(client, HttpMethod.Post, path, Map(name, 0));
            lock (gate)
            {
                created.Add(name);
            }
        }
    }

    private async Task CountAsync(string name, CancellationToken stop)
    {
        using var client = connect();
        await UntilAsync(client, HttpMethod.Post, path, Map(name, 0));
        var current = (await UntilAsync(client, HttpMethod.Get, $"{path}/{name}", null)).Body;
        for (var number = 1; !stop.IsCancellationRequested; number++)
        {
            for (var tries = 1; ; tries++)
            {
                var wanted = current.DeepClone();
                wanted["data"]!["n"] = number.ToString(CultureInfo.InvariantCulture);
                if (await client.TrySendAsync(HttpMethod.Put, $"{path}/{name}", wanted) is (200, var stored))
                {
                    current = stored;
                    Acknowledge(tries);
                    break;
                }

                // It may have been done all the same: then the number says so.
                await Task.Delay(RetryDelay, CancellationToken.None);
                current = (await UntilAsync(client, HttpMethod.Get, $"{path}/{name}", null)).Body;
                if (Number(current) == number)
                {
                    Acknowledge(tries);
                    break;
                }
            }

            lock (gate)
            {
                counted[name] = number;
            }
        }
    }

    private async Task<IReadOnlyList<(string Type, string Name, int Number)>> WatchAsync(string version, CancellationToken ct)
    {
        var seen = new List<(string Type, string Name, int Number)>();
        while (true)
        {
            try
            {
                using var client = connect();
                await foreach (var change in client.WatchAsync($"{path}?watch=1&allowWatchBookmarks=true&resourceVersion={version}", ct))
                {
                    var (type, item) = ((string)change["type"]!, change["object"]!);
                    if (type == "ERROR")
                    {
                        // A server that has just begun knows nothing of before (410), one that lags behind not yet of now (504).
                        var code = (int)item["code"]!;
                        Assert.True(code is 410 or 504, item.ToJsonString());
                        version = code == 410 ? await LookAnewAsync(client, seen) : version;
                        if (seen.Exists(static change => change.Name == "end"))
                        {
                            return seen;
                        }

                        await Task.Delay(RetryDelay, ct);
                        break;
                    }

                    var next = (string)item["metadata"]!["resourceVersion"]!;
                    Assert.True(long.Parse(next, CultureInfo.InvariantCulture) >= long.Parse(version, CultureInfo.InvariantCulture), "a version went backwards");
                    version = next;
                    var name = (string?)item["metadata"]!["name"] ?? "";
                    if (type != "BOOKMARK" && IsOurs(name))
                    {
                        seen.Add((type, name, Number(item)));
                    }

                    if (name == "end")
                    {
                        return seen;
                    }
                }
            }
            catch (Exception e) when (e is HttpRequestException or SocketException or IOException || (e is OperationCanceledException && !ct.IsCancellationRequested))
            {
                await Task.Delay(RetryDelay, ct);
            }
        }
    }

    /// <summary>As any client whose watch cannot go on: takes what happened since from how it came out. What was told before is not undone.</summary>
    /// <returns>The version from which to watch.</returns>
    private async Task<string> LookAnewAsync(ClusterClient client, List<(string Type, string Name, int Number)> seen)
    {
        var told = seen.GroupBy(static change => change.Name).ToDictionary(static changes => changes.Key, static changes => changes.Last().Number);
        var list = (await UntilAsync(client, HttpMethod.Get, path, null)).Body;
        foreach (var item in list["items"]!.AsArray())
        {
            var (name, number) = ((string)item!["metadata"]!["name"]!, Number(item));
            if (IsOurs(name))
            {
                var last = told.GetValueOrDefault(name, -1);
                Assert.True(number >= last, $"{name} was {last} and is {number}");
                seen.AddRange(Enumerable.Range(last + 1, number - last).Select(i => (i == 0 ? "ADDED" : "MODIFIED", name, i)));
            }
        }

        return (string)list["metadata"]!["resourceVersion"]!;
    }

    /// <summary>Tries until it is done. A create that finds itself done was done by an attempt whose answer was lost.</summary>
    private async Task<(int Code, JsonNode Body)> UntilAsync(ClusterClient client, HttpMethod method, string target, JsonNode? body)
    {
        for (var tries = 1; ; tries++)
        {
            if (await client.TrySendAsync(method, target, body) is { } answer && (answer.Code is 200 or 201 || (answer.Code == 409 && tries > 1)))
            {
                if (method != HttpMethod.Get)
                {
                    Acknowledge(tries);
                }

                return answer;
            }

            await Task.Delay(RetryDelay);
        }
    }

    private void Acknowledge(int tries)
    {
        lock (gate)
        {
            acknowledgedAt.Add(clock.Elapsed);
            triesMax = Math.Max(triesMax, tries);
        }
    }

    private static JsonNode Map(string name, int number) => new JsonObject
    {
        ["metadata"] = new JsonObject { ["name"] = name },
        ["data"] = new JsonObject { ["n"] = number.ToString(CultureInfo.InvariantCulture), ["fill"] = new string('x', 400) },
    };

    private static int Number(JsonNode map) => int.TryParse((string?)map["data"]?["n"], CultureInfo.InvariantCulture, out var number) ? number : 0;
}
