using Navarch.Storage.Bench;

// Usage: Storage.Bench [seconds per figure, default 3] [directory, default a new one in /var/tmp]
var seconds = args.Length > 0 ? double.Parse(args[0]) : 3;
var directory = Directory.CreateDirectory(args.Length > 1 ? args[1] : $"/var/tmp/navarch-bench-{Environment.ProcessId}").FullName;
try
{
    Console.WriteLine($"{Environment.ProcessorCount} processors, {Disk.Describe(directory)}, {seconds} s per figure, half of the writes create and half update");
    Console.WriteLine();
    Console.WriteLine("| value | writers | one fsync per write: writes/s | p50 ms | p99 ms | CPU µs | grouped: writes/s | p50 ms | p99 ms | CPU µs | ratio |");
    Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
    foreach (var valueBytes in new[] { 1 << 10, 16 << 10 })
    {
        foreach (var writers in new[] { 1, 16, 256 })
        {
            var duration = TimeSpan.FromSeconds(seconds);
            var single = await WriteLoad.RunAsync(directory, valueBytes, writers, writesPerCommitMax: 1, duration);
            var grouped = await WriteLoad.RunAsync(directory, valueBytes, writers, writesPerCommitMax: 512, duration);
            Console.WriteLine($"| {valueBytes >> 10} KB | {writers} | {single} | {grouped} | {grouped.WritesPerSecond / single.WritesPerSecond:0.0}x |");
        }
    }
}
finally
{
    Directory.Delete(directory, recursive: true);
}
