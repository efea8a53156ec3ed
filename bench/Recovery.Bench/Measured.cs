using System.Diagnostics;
using System.Globalization;
using Navarch.Proving;
using Navarch.Proving.Tests.Faults;
using Navarch.Storage.Sqlite;

namespace Navarch.Recovery.Bench;

/// <summary>How a server comes up over what is there.</summary>
internal sealed record Measured(TimeSpan Start, TimeSpan Open, TimeSpan Range, long MemoryBytes)
{
    // Long enough for the collections after the start, and for what a server that has settled gives back.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(15);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Start.TotalMilliseconds:0} ms | {Open.TotalMilliseconds:0} ms | {Range.TotalMilliseconds:0} ms | {MemoryBytes >> 20} MiB");

    public static async Task<Measured> OfAsync(LocalServer server, int runs, CancellationToken ct)
    {
        var (starts, opens, ranges, memory) = (new List<TimeSpan>(), new List<TimeSpan>(), new List<TimeSpan>(), 0L);
        for (var run = 0; run < runs; run++)
        {
            var (open, range) = await OfStoreAsync(server.Database, ct);
            var start = Stopwatch.GetTimestamp();
            await server.StartAsync(ct);
            starts.Add(Stopwatch.GetElapsedTime(start));
            opens.Add(open);
            ranges.Add(range);
            if (run == runs - 1)
            {
                using var client = server.NewClient();
                (await client.GetAsync(MapClient.Path, ct)).Dispose();
                await Task.Delay(Settling, ct);
                memory = ResidentBytes(server.Process.Id);
            }

            server.Process.Kill();
        }

        return new Measured(Median(starts), Median(opens), Median(ranges), memory);
    }

    private static async Task<(TimeSpan Open, TimeSpan Range)> OfStoreAsync(string path, CancellationToken ct)
    {
        var start = Stopwatch.GetTimestamp();
        await using var store = await SqliteRevisionStore.OpenAsync(new SqliteStoreConfig { Path = path }, TimeProvider.System, ct);
        var opened = Stopwatch.GetTimestamp();
        await store.RangeAsync("/registry/", ct);
        return (Stopwatch.GetElapsedTime(start, opened), Stopwatch.GetElapsedTime(opened));
    }

    private static TimeSpan Median(List<TimeSpan> times) => times.Order().ElementAt(times.Count / 2);

    private static long ResidentBytes(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }
}
