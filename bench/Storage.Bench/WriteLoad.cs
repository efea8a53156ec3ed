using System.Diagnostics;
using System.Globalization;
using Navarch.Storage.Etcd;
using Navarch.Storage.Etcd.Wire;
using Navarch.Storage.Sqlite;
using Navarch.Testing;

namespace Navarch.Storage.Bench;

/// <summary>A number of writers, each waiting for its write before it makes the next.</summary>
internal sealed record WriteLoad(double WritesPerSecond, TimeSpan P50, TimeSpan P99, double CpuMicrosecondsPerWrite)
{
    /// <summary>Makes a write on condition of a revision (0: of absence), and returns its own.</summary>
    private delegate Task<long> Write(string key, byte[] value, long expected);

    public static async Task<WriteLoad> SqliteAsync(string directory, int valueBytes, int writers, int writesPerCommitMax, TimeSpan duration)
    {
        var path = Path.Combine(directory, $"store-{Guid.NewGuid():N}.db");
        var config = new SqliteStoreConfig { Path = path, WritesPerCommitMax = writesPerCommitMax };
        await using var store = await SqliteRevisionStore.OpenAsync(config, TimeProvider.System, CancellationToken.None);
        var load = await RunAsync(Through(store), valueBytes, writers, duration);
        await store.DisposeAsync();
        File.Delete(path);
        return load;
    }

    /// <summary>The engine over one member whose data lies on the same disk.</summary>
    public static async Task<WriteLoad> EtcdAsync(string directory, int valueBytes, int writers, TimeSpan duration)
    {
        await using var cluster = await EtcdCluster.StartAsync(parent: directory);
        await using var store = await EtcdRevisionStore.OpenAsync(new EtcdStoreConfig { Endpoints = cluster.Endpoints }, TimeProvider.System, CancellationToken.None);
        return await RunAsync(Through(store), valueBytes, writers, duration);
    }

    /// <summary>The same transactions from a client that does nothing else: no watch, no fence, nothing looked up.</summary>
    public static async Task<WriteLoad> EtcdAloneAsync(string directory, int valueBytes, int writers, TimeSpan duration)
    {
        await using var cluster = await EtcdCluster.StartAsync(parent: directory);
        using var client = new EtcdClient(new EtcdStoreConfig { Endpoints = cluster.Endpoints }, TimeProvider.System);
        return await RunAsync(
            async (key, value, expected) =>
            {
                var bytes = StoreKey.Encode(key).ToBytes();
                var answer = await client.TryTxnAsync(
                    new TxnRequest
                    {
                        Compare = { new Compare { Key = bytes, Target = Compare.Types.CompareTarget.Mod, ModRevision = expected } },
                        Success = { new RequestOp { RequestPut = new PutRequest { Key = bytes, Value = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(value) } } },
                    },
                    CancellationToken.None);
                return answer.Succeeded ? answer.Header.Revision : throw new InvalidOperationException("a write did not find what it had written");
            },
            valueBytes,
            writers,
            duration);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{WritesPerSecond:0} | {P50.TotalMilliseconds:0.00} | {P99.TotalMilliseconds:0.00} | {CpuMicrosecondsPerWrite:0}");

    private static Write Through(IRevisionStore store) => async (key, value, expected) =>
        ((CommitResult.Committed)await store.CommitAsync(StoreWrite.Put(key, value, expected), CancellationToken.None)).Revision;

    private static async Task<WriteLoad> RunAsync(Write write, int valueBytes, int writers, TimeSpan duration)
    {
        await MeasureAsync(write, valueBytes, writers, "warm", duration / 6);
        return await MeasureAsync(write, valueBytes, writers, "load", duration);
    }

    private static async Task<WriteLoad> MeasureAsync(Write write, int valueBytes, int writers, string name, TimeSpan duration)
    {
        var cpuBefore = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        var runs = Enumerable.Range(0, writers).Select(writer => Task.Run(() => WriteAsync(write, valueBytes, $"/registry/{name}/{writer:000}", start, duration)));
        var latencies = (await Task.WhenAll(runs)).SelectMany(run => run).Order().ToList();
        var elapsed = Stopwatch.GetElapsedTime(start);
        var cpu = Environment.CpuUsage.TotalTime - cpuBefore;
        return new(latencies.Count / elapsed.TotalSeconds, latencies[latencies.Count / 2], latencies[(int)(latencies.Count * 0.99)], cpu.TotalMicroseconds / latencies.Count);
    }

    /// <summary>Creates an object and updates it once, over and over, each time on condition of what it knows.</summary>
    private static async Task<List<TimeSpan>> WriteAsync(Write write, int valueBytes, string prefix, long start, TimeSpan duration)
    {
        var value = new byte[valueBytes];
        var latencies = new List<TimeSpan>();
        var (key, expected) = ("", 0L);
        for (var i = 0; Stopwatch.GetElapsedTime(start) < duration; i++)
        {
            (key, expected) = i % 2 == 0 ? ($"{prefix}/object-{i:000000}", 0) : (key, expected);
            var before = Stopwatch.GetTimestamp();
            expected = await write(key, value, expected);
            latencies.Add(Stopwatch.GetElapsedTime(before));
        }
        return latencies;
    }
}
