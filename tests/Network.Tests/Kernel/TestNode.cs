using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Navarch.Network.Netlink;

namespace Navarch.Network.Tests.Kernel;

/// <summary>
/// A node in a network namespace, with pods on a bridge and a client outside, each in a namespace of its own. Sockets are
/// opened in those by <see cref="NetworkNamespace"/>, so no further process is needed.
/// </summary>
/// <remarks>
/// client 198.51.100.2 --- 198.51.100.1 node (bridge 10.244.0.1/24) --- pods 10.244.0.2 and on
/// </remarks>
internal sealed class TestNode : IAsyncDisposable
{
    public const string NodeAddress = "198.51.100.1";
    public const string ClientAddress = "198.51.100.2";
    public const string BridgeAddress = "10.244.0.1";

    private static int counter;

    private readonly string prefix = $"nvt{Environment.ProcessId}x{Interlocked.Increment(ref counter)}";
    private readonly List<string> namespaces = [];
    private readonly List<IDisposable> servers = [];

    private TestNode()
    {
    }

    public string Node => Path("node");

    public string Client => Path("client");

    public string Pod(int number) => Path($"pod{number}");

    public static string PodAddress(int number) => $"10.244.0.{number + 1}";

    public static async Task<TestNode> StartAsync(int pods = 3, bool withBridge = true)
    {
        if (!File.Exists("/sbin/ip") && !File.Exists("/usr/sbin/ip"))
        {
            Assert.Skip("iproute2 is not installed: `ip netns add` makes the namespaces of this test");
        }
        if (Environment.UserName != "root")
        {
            Assert.Skip("network namespaces need root");
        }
        var node = new TestNode();
        try
        {
            await node.AddAsync("node");
            await node.AddAsync("client");
            await node.LinkAsync("client", "uplink", NodeAddress, ClientAddress);
            await node.IpInAsync("node", $"route add default via {ClientAddress}");
            await node.IpInAsync("client", $"route add default via {NodeAddress}");
            if (withBridge)
            {
                await node.IpInAsync("node", "link add pods type bridge");
                await node.IpInAsync("node", $"addr add {BridgeAddress}/24 dev pods");
                await node.IpInAsync("node", "link set pods up");
            }
            NetworkNamespace.Run(node.Node, () =>
            {
                File.WriteAllText("/proc/sys/net/ipv4/ip_forward", "1");
                if (File.Exists("/proc/sys/net/bridge/bridge-nf-call-iptables"))
                {
                    File.WriteAllText("/proc/sys/net/bridge/bridge-nf-call-iptables", "1");
                }
            });
            for (var i = 1; i <= pods; i++)
            {
                await node.AddPodAsync(i);
            }
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    public async Task AddPodAsync(int number)
    {
        var name = $"pod{number}";
        await AddAsync(name);
        await IpInAsync("node", $"link add v{number} type veth peer name eth0 netns {prefix}-{name}");
        await IpInAsync("node", $"link set v{number} master pods up");
        await IpInAsync("node", $"link set v{number} type bridge_slave hairpin on");
        await IpInAsync(name, $"addr add {PodAddress(number)}/24 dev eth0");
        await IpInAsync(name, "link set eth0 up");
        await IpInAsync(name, $"route add default via {BridgeAddress}");
    }

    /// <summary>Connects a pod as a runtime does: by the plugins of a configuration list, in the node's namespace.</summary>
    public async Task AddPodByCniAsync(int number, string configurationPath, string scratch)
    {
        var name = $"pod{number}";
        await AddAsync(name);
        var list = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(configurationPath))!;
        var plugin = Assert.Single(list["plugins"]!.AsArray())!.DeepClone();
        plugin["cniVersion"] = list["cniVersion"]!.DeepClone();
        plugin["name"] = list["name"]!.DeepClone();
        var input = System.IO.Path.Combine(scratch, $"{prefix}-{name}.json");
        await File.WriteAllTextAsync(input, plugin.ToJsonString());
        try
        {
            await RunAsync("ip", $"netns exec {prefix}-node env CNI_COMMAND=ADD CNI_CONTAINERID={prefix}-{name} CNI_IFNAME=eth0 "
                + $"CNI_NETNS={Path(name)} CNI_PATH=/usr/lib/cni sh -c \"/usr/lib/cni/{plugin["type"]} < {input}\"");
        }
        finally
        {
            File.Delete(input);
        }
    }

    public Socket Open(string path, ProtocolType protocol) => NetworkNamespace.Run(path, () =>
        new Socket(AddressFamily.InterNetwork, protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram, protocol));

    /// <summary>A server that answers every connection with its name and the address that it sees.</summary>
    public void ServeTcp(string path, string name, int port)
    {
        var listener = Open(path, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Any, port));
        listener.Listen(64);
        servers.Add(listener);
        _ = Task.Run(async () =>
        {
            while (true)
            {
                Socket connection;
                try
                {
                    connection = await listener.AcceptAsync();
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    return;
                }
                using (connection)
                {
                    var seen = ((IPEndPoint)connection.RemoteEndPoint!).Address;
                    await connection.SendAsync(System.Text.Encoding.ASCII.GetBytes($"{name} {seen}"));
                    connection.Shutdown(SocketShutdown.Send);
                }
            }
        });
    }

    /// <summary>A server that answers every datagram with its name and the address that it sees.</summary>
    /// <param name="address">On which alone; null is all.</param>
    public void ServeUdp(string path, string name, int port, string? address = null)
    {
        var socket = Open(path, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(address is null ? IPAddress.Any : IPAddress.Parse(address), port));
        servers.Add(socket);
        _ = Task.Run(async () =>
        {
            var buffer = new byte[512];
            while (true)
            {
                try
                {
                    var received = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                    var seen = ((IPEndPoint)received.RemoteEndPoint).Address;
                    await socket.SendToAsync(System.Text.Encoding.ASCII.GetBytes($"{name} {seen}"), received.RemoteEndPoint);
                }
                catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
                {
                    // A client that went away.
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    return;
                }
            }
        });
    }

    /// <summary>Connects, and gives what the server says.</summary>
    public async Task<Reply> AskTcpAsync(string from, string address, int port, TimeSpan? patience = null)
    {
        using var socket = Open(from, ProtocolType.Tcp);
        using var timeout = new CancellationTokenSource(patience ?? Answered);
        await socket.ConnectAsync(IPEndPoint.Parse($"{address}:{port}"), timeout.Token);
        return await ReceiveAsync(socket, timeout.Token);
    }

    public async Task<Reply> AskUdpAsync(string from, string address, int port)
    {
        using var socket = Open(from, ProtocolType.Udp);
        return await AskUdpAsync(socket, address, port);
    }

    /// <summary>Sends from a socket that stays open, so that the kernel sees one flow.</summary>
    public static async Task<Reply> AskUdpAsync(Socket socket, string address, int port)
    {
        using var timeout = new CancellationTokenSource(Answered);
        if (!socket.Connected)
        {
            await socket.ConnectAsync(IPEndPoint.Parse($"{address}:{port}"), timeout.Token);
        }
        await socket.SendAsync("?"u8.ToArray(), timeout.Token);
        return await ReceiveAsync(socket, timeout.Token);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers)
        {
            server.Dispose();
        }

        // All at once: what one of them makes difficult does not keep the others.
        await Task.WhenAll(namespaces.Select(name => RunAsync("ip", $"netns del {prefix}-{name}")));
    }

    public Task<string> IpInAsync(string name, string arguments) => RunAsync("ip", $"-n {prefix}-{name} {arguments}");

    public Task<string> InNodeAsync(string command) => RunAsync("ip", $"netns exec {prefix}-node {command}");

    public static async Task<string> RunAsync(string program, string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{program} {arguments}: {await errors}{await output}");
    }

    // Far beyond what an answer takes: only a broken path meets it.
    private static readonly TimeSpan Answered = TimeSpan.FromSeconds(30);

    private string Path(string name) => $"/run/netns/{prefix}-{name}";

    private async Task AddAsync(string name)
    {
        await RunAsync("ip", $"netns add {prefix}-{name}");
        namespaces.Add(name);
        await IpInAsync(name, "link set lo up");
    }

    private async Task LinkAsync(string other, string link, string nodeAddress, string otherAddress)
    {
        await IpInAsync("node", $"link add {link} type veth peer name eth0 netns {prefix}-{other}");
        await IpInAsync("node", $"addr add {nodeAddress}/24 dev {link}");
        await IpInAsync("node", $"link set {link} up");
        await IpInAsync(other, $"addr add {otherAddress}/24 dev eth0");
        await IpInAsync(other, "link set eth0 up");
    }

    private static async Task<Reply> ReceiveAsync(Socket socket, CancellationToken ct)
    {
        var buffer = new byte[512];
        var count = await socket.ReceiveAsync(buffer, ct);
        var text = System.Text.Encoding.ASCII.GetString(buffer, 0, count).Split(' ');
        return new Reply(text[0], text.Length > 1 ? text[1] : "");
    }
}

/// <summary>Which server answered, and which address it saw.</summary>
internal sealed record Reply(string Server, string SeenAddress);
