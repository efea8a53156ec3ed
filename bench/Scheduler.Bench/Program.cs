using Navarch.Scheduler.Bench;

// Usage: Scheduler.Bench [pods, default 5000] [pods of the naive sample, default 20; 1 where it is slowest]
var pods = args.Length > 0 ? int.Parse(args[0]) : 5000;
var sample = args.Length > 1 ? int.Parse(args[1]) : 20;

foreach (var workload in Workload.All)
{
    Runs.Ours(workload, nodes: 1000, pods: 5000); // The compiler has its say first.
}

Console.WriteLine($"{pods} pods, one thread, decisions only (no API server on either side)");
Console.WriteLine();
Console.WriteLine("| workload | nodes | pods/s | CPU µs per pod | bytes per pod | most pods on a node | naive: pods/s | CPU µs per pod | ratio of CPU |");
Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
foreach (var nodes in new[] { 1000, 5000 })
{
    foreach (var workload in Workload.All)
    {
        var ours = Runs.Ours(workload, nodes, pods);
        var naive = Runs.Naive(workload, nodes, pods, workload.Name.Contains("zone") ? 1 : sample);
        Console.WriteLine(
            $"| {workload.Name} | {nodes} | {ours.PodsPerSecond:0} | {ours.CpuMicrosecondsPerPod:0} | {ours.BytesPerPod} | {ours.PodsPerNodeMax} | {naive.PodsPerSecond:0.0} | {naive.CpuMicrosecondsPerPod:0} | {naive.CpuMicrosecondsPerPod / ours.CpuMicrosecondsPerPod:0}x |");
    }
}

var directory = Directory.CreateDirectory($"/var/tmp/navarch-bench-{Environment.ProcessId}").FullName;
try
{
    Console.WriteLine();
    Console.WriteLine($"{pods} pods through API server and store in one process, {Environment.ProcessorCount} processors, every binding on disk");
    Console.WriteLine();
    Console.WriteLine("| workload | nodes | pods/s | CPU µs per pod | bytes per pod | most pods on a node |");
    Console.WriteLine("|---|---|---|---|---|---|");
    await WholeRun.MeasureAsync(Workload.All[0], nodes: 100, pods: 2000, directory);
    foreach (var nodes in new[] { 1000, 5000 })
    {
        foreach (var workload in Workload.All)
        {
            var whole = await WholeRun.MeasureAsync(workload, nodes, pods, directory);
            Console.WriteLine($"| {workload.Name} | {nodes} | {whole.PodsPerSecond:0} | {whole.CpuMicrosecondsPerPod:0} | {whole.BytesPerPod} | {whole.PodsPerNodeMax} |");
        }
    }
}
finally
{
    Directory.Delete(directory, recursive: true);
}
