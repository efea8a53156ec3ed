using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;
using Navarch.Api.Meta.V1;
using Navarch.Network.Netlink;
using Navarch.Network.Services;
using Navarch.Proxy.Bench;

// Usage: Proxy.Bench [services, default 10000] [changes, default 100]
//
// A proxy in a network namespace has to follow one Service of many, whose one endpoint is replaced by two others and those by
// the first again: other addresses and another number. Measured is the time from the change of the EndpointSlice in the watch stream to the first packet that
// takes the new way. Beside it: what loading a table of the same size takes with `nft -f`, which is what a proxy does that
// writes the whole table on each change.
var services = args.Length > 0 ? int.Parse(args[0]) : 10_000;
var changes = args.Length > 1 ? int.Parse(args[1]) : 100;
var space = $"nvb{Environment.ProcessId}";
var path = $"/run/netns/{space}";
Run("ip", $"netns add {space}");
try
{
    Run("ip", $"-n {space} link set lo up");
    Run("ip", $"-n {space} link add pods type bridge");
    foreach (var last in new[] { 1, 2, 3, 4 })
    {
        Run("ip", $"-n {space} addr add 10.244.0.{last}/24 dev pods");
    }
    Run("ip", $"-n {space} link set pods up");
    Run("ip", $"-n {space} route add 10.96.0.0/12 dev pods");
    Serve("10.244.0.2", 2);
    Serve("10.244.0.3", 3);
    Serve("10.244.0.4", 3);

    var cluster = new WatchedCluster();
    for (var i = 0; i < services; i++)
    {
        cluster.Set(Service(i));
        cluster.Set(Slice(i, $"10.244.1.{i % 200 + 1}", $"10.244.2.{i % 200 + 1}", $"10.244.3.{i % 200 + 1}"));
    }
    using var stop = new CancellationTokenSource();
    var config = new ProxyConfig
    {
        NodeName = "here", TableName = "navarch-bench", NetworkNamespacePath = path, NodePods = IPNetwork.Parse("10.244.0.0/24"),
    };
    var watched = services / 2;
    cluster.Set(Slice(watched, "10.244.0.2"));
    var started = Stopwatch.GetTimestamp();
    var running = ProxyProcess.RunAsync(config, cluster, NullLoggerFactory.Instance, TimeProvider.System, stop.Token);
    await UntilAsync(AddressOf(watched), 2);
    Console.WriteLine($"{services} Services with 3 endpoints: start of the proxy to packets {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms");

    var times = new List<double>();
    for (var i = 0; i < changes; i++)
    {
        var scaleUp = i % 2 == 0;
        var slice = scaleUp ? Slice(watched, "10.244.0.3", "10.244.0.4") : Slice(watched, "10.244.0.2");
        await Task.Delay(50); // One change at a time: what follows the former (forgetting UDP flows) is over.
        var change = Stopwatch.GetTimestamp();
        cluster.Set(slice);
        await UntilAsync(AddressOf(watched), scaleUp ? (byte)3 : (byte)2);
        times.Add(Stopwatch.GetElapsedTime(change).TotalMilliseconds);
    }
    times.Sort();
    await stop.CancelAsync();
    await Task.WhenAny(running);

    var file = Path.GetTempFileName();
    File.WriteAllText(file, Ruleset(services));
    var reloads = new List<double>();
    for (var i = 0; i < 5; i++)
    {
        var reload = Stopwatch.GetTimestamp();
        Run("ip", $"netns exec {space} nft -f {file}");
        reloads.Add(Stopwatch.GetElapsedTime(reload).TotalMilliseconds);
    }
    File.Delete(file);
    reloads.Sort();
    var (median, worst, whole) = (times[times.Count / 2], times[^1], reloads[reloads.Count / 2]);
    Console.WriteLine($"one of {services} changed, change to packets: median {median:0.00} ms, worst of {changes} {worst:0.00} ms (target < 50 ms)");
    Console.WriteLine($"whole table of that size with nft -f: median {whole:0} ms; ratio {whole / median:0}x");
}
finally
{
    Run("ip", $"netns del {space}");
}

void Serve(string address, byte name)
{
    var socket = NetworkNamespace.Run(path, () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
    socket.Bind(new IPEndPoint(IPAddress.Parse(address), 8080));
    _ = Task.Run(async () =>
    {
        var buffer = new byte[64];
        while (true)
        {
            var question = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
            await socket.SendToAsync(new[] { name }, question.RemoteEndPoint);
        }
    });
}

// A new socket for each question: a new flow, which the rules decide upon.
async Task UntilAsync(string address, byte expected)
{
    var answer = new byte[1];
    while (true)
    {
        using var socket = NetworkNamespace.Run(path, () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        try
        {
            await socket.ConnectAsync(IPEndPoint.Parse($"{address}:80"), timeout.Token);
            await socket.SendAsync(new byte[1], timeout.Token);
            await socket.ReceiveAsync(answer, timeout.Token);
            if (answer[0] == expected)
            {
                return;
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // Not yet.
        }
    }
}

static string AddressOf(int i) => $"10.96.{i >> 8}.{i & 255}";

static Service Service(int i) => new()
{
    Metadata = ObjectMeta.Empty with { Namespace = "default", Name = $"s{i}", UID = $"s{i}" },
    Spec = ServiceSpec.Empty with { ClusterIP = AddressOf(i), Ports = [new() { Port = 80, Protocol = Protocol.UDP }] },
};

static EndpointSlice Slice(int i, params string[] addresses) => new()
{
    Metadata = ObjectMeta.Empty with
    {
        Namespace = "default", Name = $"s{i}-1", UID = $"s{i}-1", Labels = [KeyValuePair.Create("kubernetes.io/service-name", $"s{i}")],
    },
    AddressType = AddressType.IPv4,
    Ports = [new() { Name = "", Port = 8080, Protocol = Protocol.UDP }],
    Endpoints = [.. addresses.Select(address => new Endpoint { Addresses = [address], NodeName = "there" })],
};

// The same elements as the proxy's table has, as text. (The chain is a plain one: the language has no name for ours.)
static string Ruleset(int services)
{
    var text = new StringBuilder("add table ip whole\ndelete table ip whole\ntable ip whole {\n");
    text.Append("map backends { type ipv4_addr . inet_proto . inet_service . mark : ipv4_addr . inet_service\nelements = {\n");
    for (var i = 0; i < services; i++)
    {
        for (var j = 0; j < 3; j++)
        {
            text.Append($"{AddressOf(i)} . udp . 80 . {j} : 10.244.{j + 1}.{i % 200 + 1} . 8080,\n");
        }
    }
    text.Append("}\n}\nset own { type ipv4_addr\nelements = {\n");
    for (var i = 0; i < services; i++)
    {
        text.Append($"{AddressOf(i)},\n");
    }
    text.Append("}\n}\nset hiding { type ipv4_addr . inet_proto . inet_service\nelements = {\n");
    for (var i = 0; i < services; i++)
    {
        text.Append($"{AddressOf(i)} . udp . 80,\n");
    }
    text.Append("}\n}\nchain one-of-3 { dnat to 10.244.1.1\n}\n");
    text.Append("map services { type ipv4_addr . inet_proto . inet_service : verdict\nelements = {\n");
    for (var i = 0; i < services; i++)
    {
        text.Append($"{AddressOf(i)} . udp . 80 : goto one-of-3,\n");
    }
    text.Append("}\n}\nchain nat { type nat hook output priority -100\nip daddr . meta l4proto . th dport vmap @services\n}\n}\n");
    return text.ToString();
}

static void Run(string program, string arguments)
{
    using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
    var errors = process.StandardError.ReadToEnd();
    process.WaitForExit();
    if (process.ExitCode != 0)
    {
        throw new InvalidOperationException($"{program} {arguments}: {errors}");
    }
}
