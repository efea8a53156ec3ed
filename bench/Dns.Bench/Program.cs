using System.Globalization;
using System.Net;
using Navarch.Dns.Bench;

// Questions for the names of services, from clients that each wait for their answer: how many are answered in a second, how
// long the slowest hundredth waits, and what one costs the server. Against dnsmasq and unbound with the same names in
// memory, on the same machine in the same run. The clients are one process, the servers another; both need processors.
//   dotnet run -c Release --project bench/Dns.Bench [-- SERVICES SECONDS]
// dnsmasq and unbound are taken from PATH and /usr/sbin (Debian: dnsmasq-base, unbound), or left out.
if (args is ["serve", var servePort, var serveServices])
{
    await Server.RunAsync(Number(servePort), Number(serveServices));
    return;
}

var services = args.Length > 0 ? Number(args[0]) : 1_000;
var duration = TimeSpan.FromSeconds(args.Length > 1 ? Number(args[1]) : 5);
var scratch = Directory.CreateTempSubdirectory("dns-bench-");
try
{
    var port = 45_300;
    var figures = new List<(string Name, Figures Figures)>();
    foreach (var candidate in Candidates.All(services, scratch.FullName))
    {
        using var process = candidate.Start(++port);
        try
        {
            var load = new Load(new IPEndPoint(IPAddress.Loopback, port), services);
            load.WaitUntilAnswered();
            load.Run(TimeSpan.FromSeconds(2), process); // Compiled, and in all caches.
            figures.Add((candidate.Name, load.Run(duration, process)));
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
        }
    }

    Console.WriteLine($"{services:N0} services, {Load.Clients} clients that wait for each answer");
    Console.WriteLine();
    Console.WriteLine("| server | queries/s | ratio | p50 µs | p99 µs | processor µs per query | memory MiB |");
    Console.WriteLine("|---|---|---|---|---|---|---|");
    foreach (var (name, one) in figures)
    {
        var ratio = figures[0].Figures.QueriesPerSecond / one.QueriesPerSecond;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {one.QueriesPerSecond:N0} | {ratio:0.00} | {one.P50:0} | {one.P99:0} | {one.ProcessorPerQuery:0.0} | {one.MemoryMiB:0} |"));
    }
}
finally
{
    scratch.Delete(recursive: true);
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
