using System.Diagnostics;
using Navarch.Storage.Sqlite;

namespace Navarch.Storage.Bench;

/// <summary>A number of writers, each waiting for its write before it makes the next.</summary>
internal sealed record WriteLoad(double WritesPerSecond, TimeSpan P50, TimeSpan P99, double CpuMicrosecondsPerWrite)
{
    public static async Task<WriteLoad> RunAsync(string directory, int valueBytes, int writers, int writesPerCommitMax, TimeSpan duration)
    {
        var path = Path.Combine(directory, $"store-{valueBytes}-{writers}-{writesPerCommitMax}.db");
        var config = new SqliteStoreConfig { Path = path, WritesPerCommitMax = writesPerCommitMax };
        await using var store = await SqliteRevisionStore.OpenAsync(config, TimeProvider.System, CancellationToken.None);

        await MeasureAsync(store, valueBytes, writers, "warm", duration / 6);
        var load = await MeasureAsync(store, valueBytes, writers, "load", duration);
        await store.DisposeAsync();
        File.Delete(path);
        return load;
    }

    public override string ToString() => $"{WritesPerSecond:0} | {P50.TotalMilliseconds:0.00} | {P99.TotalMilliseconds:0.00} | {CpuMicrosecondsPerWrite:0}";

    private static async Task<WriteLoad> MeasureAsync(IRevisionStore store, int valueBytes, int writers, string name, TimeSpan duration)
    {
        var cpuBefore = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        var runs = Enumerable.Range(0, writers).Select(writer => Task.Run(() => WriteAsync(store, valueBytes, $"/registry/{name}/{writer:000}", start, duration)));
        var latencies = (await Task.WhenAll(runs)).SelectMany(run => run).Order().ToList();
        var elapsed = Stopwatch.GetElapsedTime(start);
        var cpu = Environment.CpuUsage.TotalTime - cpuBefore;
        return new(latencies.Count / elapsed.TotalSeconds, latencies[latencies.Count / 2], latencies[(int)(latencies.Count * 0.99)], cpu.TotalMicroseconds / latencies.Count);
    }

    /// <summary>Creates an object and updates it once, over and over, each time on condition of what it knows.</summary>
    private static async Task<List<TimeSpan>> WriteAsync(IRevisionStore store, int valueBytes, string prefix, long start, TimeSpan duration)
    {
        var value = new byte[valueBytes];
        var latencies = new List<TimeSpan>();
        var (key, expected) = ("", 0L);
        for (var i = 0; Stopwatch.GetElapsedTime(start) < duration; i++)
        {
            (key, expected) = i % 2 == 0 ? ($"{prefix}/object-{i:000000}", 0) : (key, expected);
            var before = Stopwatch.GetTimestamp();
            var result = await store.CommitAsync(StoreWrite.Put(key, value, expected), CancellationToken.None);
            latencies.Add(Stopwatch.GetElapsedTime(before));
            expected = ((CommitResult.Committed)result).Revision;
        }
        return latencies;
    }
}
