using System.Collections.Immutable;
using System.Net;
using Navarch.Network.Netlink;
using Navarch.Network.Services;
using Navarch.Network.Services.Kernel;

namespace Navarch.Network.Tests.Kernel;

/// <summary>The proxy's model and its kernel part in a node's namespace.</summary>
internal sealed class TestProxy : IDisposable
{
    private readonly NetlinkSocket socket;
    private readonly UdpFlows flows;

    public TestProxy(TestNode node, string name = "navarch-test", bool onLoopback = false)
    {
        socket = NetlinkSocket.Open(NetlinkSocket.Netfilter, node.Node);
        flows = new UdpFlows(socket, System.Net.Sockets.AddressFamily.InterNetwork);
        Table = new ProxyTable(
            new ProxyTableConfig(name) { NodePods = IPNetwork.Parse("10.244.0.0/24"), NodePortsOnLoopback = onLoopback }, socket);
        Table.Replace(Rules);
    }

    public RuleTable Rules { get; } = new();

    public ProxyTable Table { get; }

    public void Set(string owner, params FrontendRule[] rules)
    {
        var change = Rules.Update([(owner, new Claim(new Claimant(default, owner), [.. rules]))]);
        Table.Apply(change);
        flows.ForgetWrong(change.Udp);
    }

    public void Remove(string owner)
    {
        var change = Rules.Update([(owner, null)]);
        Table.Apply(change);
        flows.ForgetWrong(change.Udp);
    }

    public void Dispose() => socket.Dispose();

    public static FrontendRule ClusterIP(string frontend, params string[] backends) =>
        Rule(frontend, backends) with { HidesSource = true, OwnsAddress = true };

    public static FrontendRule Rule(string frontend, params string[] backends) => new(Parse(frontend))
    {
        Backends = Backends(backends),
    };

    public static ImmutableArray<Backend> Backends(params string[] backends) =>
        [.. backends.Select(text => IPEndPoint.Parse(text)).Select(end =>
            new Backend(Address.From(end.Address), (ushort)end.Port, end.Address.ToString().StartsWith("10.244.0."))).Order()];

    /// <summary>tcp/10.96.0.1:80, or tcp/*:30080 for a node port.</summary>
    public static Frontend Parse(string text)
    {
        var (transport, rest) = text.Split('/') is [var first, var second] ? (first, second) : throw new FormatException(text);
        var (address, port) = rest.Split(':') is [var a, var p] ? (a, p) : throw new FormatException(text);
        return new(
            address == "*" ? Address.None : Address.Parse(address), Enum.Parse<Transport>(transport, ignoreCase: true),
            ushort.Parse(port));
    }
}
