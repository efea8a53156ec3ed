using System.Globalization;
using Navarch.Proving;
using Navarch.Proving.Tests.Faults;
using Navarch.Recovery.Bench;

// Usage (as root): Recovery.Bench [objects, default 100000]
const int Runs = 5;
var count = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100_000;
var ct = CancellationToken.None;

// What `navarch start` gives a server.
foreach (var (name, value) in new[] { ("DOTNET_GCgen0size", "0x800000"), ("DOTNET_EnableWriteXorExecute", "0"), ("DOTNET_TieredPGO", "0"), ("DOTNET_ThreadPool_UnfairSemaphoreSpinLimit", "0"),
    ("MALLOC_ARENA_MAX", "1"), ("MALLOC_MMAP_THRESHOLD_", "65536"), ("MALLOC_TRIM_THRESHOLD_", "131072") })
{
    Environment.SetEnvironmentVariable(name, value);
}

using var server = new LocalServer();
await server.StartAsync(ct); // Makes what every cluster has; and the executable, where it is not built yet.
using (var client = server.NewClient())
{
    await new MapClient([client], new History(), 0, new Random(1), TimeSpan.FromSeconds(10)).CreateAsync("first", ct);
}
server.Process.Kill();

Console.WriteLine($"{Environment.ProcessorCount} processors; medians of {Runs}; every start is one after kill -9");
Console.WriteLine();
Console.WriteLine("| objects | start to /readyz | of it: opening and checking the database | reading all of it | memory when all was listed |");
Console.WriteLine("|---|---|---|---|---|");
var before = await Measured.OfAsync(server, Runs, ct);
Console.WriteLine($"| a few | {before} |");
var bytesPerObject = await Filling.WriteAsync(server.Database, count, ct);
var after = await Measured.OfAsync(server, Runs, ct);
Console.WriteLine($"| {count} ConfigMaps of {bytesPerObject} bytes of JSON | {after} |");
Console.WriteLine();
var bytes = (after.MemoryBytes - before.MemoryBytes) / count;
Console.WriteLine($"{bytes} bytes of memory for each object of {bytesPerObject} bytes: {(double)bytes / bytesPerObject:0.00}x");
