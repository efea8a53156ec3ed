using Navarch.Storage.Bench;
using Navarch.Testing;

// Usage: Storage.Bench [seconds per figure, default 3] [directory, default a new one in /var/tmp]
var seconds = args.Length > 0 ? double.Parse(args[0]) : 3;
var duration = TimeSpan.FromSeconds(seconds);
var directory = Directory.CreateDirectory(args.Length > 1 ? args[1] : $"/var/tmp/navarch-bench-{Environment.ProcessId}").FullName;
const string Figures = "writes/s | p50 ms | p99 ms | CPU µs";
try
{
    Console.WriteLine($"{Environment.ProcessorCount} processors, {Disk.Describe(directory)}, {seconds} s per figure, half of the writes create and half update; CPU is that of this process");
    Console.WriteLine();
    Console.WriteLine($"| value | writers | SQLite, one fsync per write: {Figures} | SQLite, grouped: {Figures} | ratio |");
    Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
    await EachAsync(async (valueBytes, writers) =>
    {
        var single = await WriteLoad.SqliteAsync(directory, valueBytes, writers, writesPerCommitMax: 1, duration);
        var grouped = await WriteLoad.SqliteAsync(directory, valueBytes, writers, writesPerCommitMax: 512, duration);
        return $"{single} | {grouped} | {grouped.WritesPerSecond / single.WritesPerSecond:0.0}x";
    });

    if (EtcdCluster.IsInstalled)
    {
        Console.WriteLine();
        Console.WriteLine($"| value | writers | SQLite, grouped: {Figures} | etcd engine, one member: {Figures} | etcd, a client alone: {Figures} | engine / client alone |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        await EachAsync(async (valueBytes, writers) =>
        {
            var grouped = await WriteLoad.SqliteAsync(directory, valueBytes, writers, writesPerCommitMax: 512, duration);
            var engine = await WriteLoad.EtcdAsync(directory, valueBytes, writers, duration);
            var alone = await WriteLoad.EtcdAloneAsync(directory, valueBytes, writers, duration);
            return $"{grouped} | {engine} | {alone} | {engine.WritesPerSecond / alone.WritesPerSecond:0.00}x";
        });
    }
}
finally
{
    Directory.Delete(directory, recursive: true);
}

static async Task EachAsync(Func<int, int, Task<string>> measure)
{
    foreach (var valueBytes in new[] { 1 << 10, 16 << 10 })
    {
        foreach (var writers in new[] { 1, 16, 256 })
        {
            Console.WriteLine($"| {valueBytes >> 10} KB | {writers} | {await measure(valueBytes, writers)} |");
        }
    }
}
