using System.Net.Sockets;

namespace Navarch.Network.Tests.Kernel;

/// <summary>Packets through the real kernel.</summary>
public sealed class ProxyTableTests
{
    private const string Web = "10.96.0.10";

    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public async Task A_pod_reaches_every_endpoint_of_a_service(string transport)
    {
        await using var node = await TestNode.StartAsync();
        using var proxy = new TestProxy(node);
        Serve(node, 2, 3);
        proxy.Set("web", TestProxy.ClusterIP($"{transport}/{Web}:80", "10.244.0.3:8080", "10.244.0.4:8080"));

        var replies = await AskAsync(node, transport, node.Pod(1), Web, 80, times: 40);

        Assert.Equal(["pod2", "pod3"], replies.Select(reply => reply.Server).Distinct().Order());
        Assert.All(replies, reply => Assert.Equal(TestNode.PodAddress(1), reply.SeenAddress));
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public async Task The_node_itself_reaches_a_service(string transport)
    {
        await using var node = await TestNode.StartAsync();
        using var proxy = new TestProxy(node);
        Serve(node, 2);
        proxy.Set("web", TestProxy.ClusterIP($"{transport}/{Web}:80", "10.244.0.3:8080"));

        var reply = Assert.Single(await AskAsync(node, transport, node.Node, Web, 80, times: 1));

        Assert.Equal("pod2", reply.Server);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public async Task A_pod_reaches_itself_through_its_service(string transport)
    {
        await using var node = await TestNode.StartAsync();
        using var proxy = new TestProxy(node);
        Serve(node, 1);
        proxy.Set("web", TestProxy.ClusterIP($"{transport}/{Web}:80", "10.244.0.2:8080"));

        var reply = Assert.Single(await AskAsync(node, transport, node.Pod(1), Web, 80, times: 1));

        Assert.Equal("pod1", reply.Server);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public async Task A_client_outside_reaches_a_node_port_and_its_address_is_hidden(string transport)
    {
        await using var node = await TestNode.StartAsync();
        using var proxy = new TestProxy(node);
        Serve(node, 2);
        proxy.Set("web", TestProxy.Rule($"{transport}/*:30080", "10.244.0.3:8080") with { HidesSource = true });

        var reply = Assert.Single(await AskAsync(node, transport, node.Client, TestNode.NodeAddress, 30080, times: 1));

        Assert.Equal(new Reply("pod2", TestNode.BridgeAddress), reply);
    }

    [Fact]
    public async Task A_node_port_is_reached_from_the_node_and_from_pods()
    {
        await using var node = await TestNode.StartAsync();
        using var proxy = new TestProxy(node);
        Serve(node, 2);
        proxy.Set("web", TestProxy.Rule("tcp/*:30080", "10.244.0.3:8080") with { HidesSource = true });

        Assert.Equal("pod2", (await node.AskTcpAsync(node.Node, TestNode.NodeAddress, 30080)).Server);
        Assert.Equal("pod2", (await node.AskTcpAsync(node.Pod(1), TestNode.NodeAddress, 30080)).Server);
        Assert.Equal("pod2", (await node.AskTcpAsync(node.Pod(2), TestNode.BridgeAddress, 30080)).Server);
    }

    [Fact]
    public async Task With_the_local_policy_a_client_outside_gets_local_endpoints_and_keeps_its_address()
    {
        await using var node = await TestNode.StartAsync();
        using var proxy = new TestProxy(node);
        Serve(node, 2, 3);
        proxy.Set("web", TestProxy.Rule("tcp/*:30080", "10.244.0.3:8080", "10.244.0.4:8080") with
        {
            ForOutside = TestProxy.Backends("10.244.0.4:8080"),
        });

        var outside = await AskAsync(node, "tcp", node.Client, TestNode.NodeAddress, 30080, times: 20);
        var inside = await AskAsync(node, "tcp", node.Pod(1), TestNode.NodeAddress, 30080, times: 40);

        Assert.All(outside, reply => Assert.Equal(new Reply("pod3", TestNode.ClientAddress), reply));
        Assert.Equal(["pod2", "pod3"], inside.Select(reply => reply.Server).Distinct().Order());
    }

    [Fact]
    public async Task With_the_local_policy_and_no_local_endpoint_a_client_outside_gets_nothing()
    {
        await using var node = await TestNode.StartAsync();
        using var proxy = new TestProxy(node);
        Serve(node, 2);
        proxy.Set("web", TestProxy.Rule("tcp/*:30080", "10.244.0.3:8080") with { ForOutside = [] });

        Assert.Equal("pod2", (await node.AskTcpAsync(node.Pod(1), TestNode.NodeAddress, 30080)).Server);
        using var socket = node.Open(node.Client, ProtocolType.Tcp);
        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        await Assert.ThrowsAsync<OperationCanceledException>(async () =>
            await socket.ConnectAsync(System.Net.IPEndPoint.Parse($"{TestNode.NodeAddress}:30080"), timeout.Token));
    }

    [Theory]
    [InlineData("tcp", "pod", Web, 80)]
    [InlineData("udp", "pod", Web, 80)]
    [InlineData("tcp", "node", Web, 80)]
    [InlineData("udp", "node", Web, 80)]
    [InlineData("tcp", "client", TestNode.NodeAddress, 30080)]
    [InlineData("udp", "client", TestNode.NodeAddress, 30080)]
    [InlineData("tcp", "pod", Web, 81)]
    [InlineData("tcp", "node", Web, 81)]
    public async Task Without_endpoints_and_on_other_ports_connections_are_refused(string transport, string from, string address, int port)
    {
        await using var node = await TestNode.StartAsync();
        using var proxy = new TestProxy(node);
        proxy.Set("web", TestProxy.ClusterIP($"{transport}/{Web}:80"), TestProxy.Rule($"{transport}/*:30080"));
        var path = from == "pod" ? node.Pod(1) : from == "node" ? node.Node : node.Client;

        var failure = await Assert.ThrowsAsync<SocketException>(() => AskAsync(node, transport, path, address, port, times: 1));

        // What the kernel tells a local sender of a datagram that a rule refuses is EPERM.
        var expected = (transport, from) == ("udp", "node") ? SocketError.AccessDenied : SocketError.ConnectionRefused;
        Assert.Equal(expected, failure.SocketErrorCode);
    }

    [Fact]
    public async Task A_sticky_client_keeps_its_endpoint_until_that_is_gone()
    {
        await using var node = await TestNode.StartAsync();
        using var proxy = new TestProxy(node);
        Serve(node, 2, 3);
        var rule = TestProxy.ClusterIP($"tcp/{Web}:80", "10.244.0.3:8080", "10.244.0.4:8080") with { AffinitySeconds = 60 };
        proxy.Set("web", rule);

        var first = (await AskAsync(node, "tcp", node.Pod(1), Web, 80, times: 20)).Select(reply => reply.Server).Distinct();
        var (kept, other) = Assert.Single(first) == "pod2" ? ("10.244.0.3:8080", "pod3") : ("10.244.0.4:8080", "pod2");
        proxy.Set("web", rule with { Backends = rule.Backends.RemoveAll(backend => kept == $"{backend.Address}:{backend.Port}") });
        var second = (await AskAsync(node, "tcp", node.Pod(1), Web, 80, times: 20)).Select(reply => reply.Server).Distinct();
        proxy.Set("web", rule);
        var third = (await AskAsync(node, "tcp", node.Pod(1), Web, 80, times: 20)).Select(reply => reply.Server).Distinct();

        Assert.Equal(other, Assert.Single(second));
        Assert.Equal(other, Assert.Single(third)); // It is remembered anew.
    }

    [Fact]
    public async Task A_udp_flow_leaves_an_endpoint_that_is_gone()
    {
        await using var node = await TestNode.StartAsync();
        using var proxy = new TestProxy(node);
        Serve(node, 2, 3);
        proxy.Set("dns", TestProxy.ClusterIP($"udp/{Web}:53", "10.244.0.3:8080"));
        using var socket = node.Open(node.Pod(1), ProtocolType.Udp);
        Assert.Equal("pod2", (await TestNode.AskUdpAsync(socket, Web, 53)).Server);

        proxy.Set("dns", TestProxy.ClusterIP($"udp/{Web}:53", "10.244.0.4:8080"));

        Assert.Equal("pod3", (await TestNode.AskUdpAsync(socket, Web, 53)).Server);
    }

    [Fact]
    public async Task A_removed_service_is_gone()
    {
        await using var node = await TestNode.StartAsync();
        using var proxy = new TestProxy(node);
        Serve(node, 2);
        proxy.Set("web", TestProxy.ClusterIP($"tcp/{Web}:80", "10.244.0.3:8080"), TestProxy.Rule("tcp/*:30080", "10.244.0.3:8080"));

        proxy.Remove("web");

        var failure = await Assert.ThrowsAsync<SocketException>(() => node.AskTcpAsync(node.Client, TestNode.NodeAddress, 30080));
        Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);
        Assert.DoesNotContain("10.244.0.3", await node.InNodeAsync("nft list table ip navarch-test"));
    }

    [Fact]
    public async Task A_restart_replaces_the_table_and_a_deletion_leaves_nothing()
    {
        await using var node = await TestNode.StartAsync();
        using (var former = new TestProxy(node))
        {
            former.Set("old", TestProxy.ClusterIP($"tcp/{Web}:80", "10.244.0.3:8080"));
        }
        using var proxy = new TestProxy(node);

        Assert.DoesNotContain("10.244.0.3", await node.InNodeAsync("nft list ruleset"));
        proxy.Table.Delete();
        Assert.Equal("", await node.InNodeAsync("nft list ruleset"));
        proxy.Table.Delete(); // Again, when there is nothing.
    }

    [Fact]
    public async Task Ten_thousand_services_are_loaded_and_one_is_changed()
    {
        await using var node = await TestNode.StartAsync(pods: 2);
        using var proxy = new TestProxy(node);
        Serve(node, 2);
        var services = Enumerable.Range(0, 10_000).Select(i => ($"s{i}", (Network.Services.Claim?)new Network.Services.Claim(
            new(default, $"s{i}"),
            [TestProxy.ClusterIP($"tcp/10.{100 + (i >> 16)}.{i >> 8 & 255}.{i & 255}:80", "10.244.0.50:80", "10.244.0.51:80")])));

        proxy.Rules.Update(services);
        proxy.Table.Replace(proxy.Rules);
        proxy.Set("s5000", TestProxy.ClusterIP("tcp/10.100.19.136:80", "10.244.0.3:8080"));

        Assert.Equal("pod2", (await node.AskTcpAsync(node.Pod(1), "10.100.19.136", 80)).Server);
    }

    private static void Serve(TestNode node, params int[] pods)
    {
        foreach (var pod in pods)
        {
            node.ServeTcp(node.Pod(pod), $"pod{pod}", 8080);
            node.ServeUdp(node.Pod(pod), $"pod{pod}", 8080);
        }
    }

    private static async Task<List<Reply>> AskAsync(TestNode node, string transport, string from, string address, int port, int times)
    {
        var replies = new List<Reply>();
        for (var i = 0; i < times; i++)
        {
            replies.Add(transport == "tcp" ? await node.AskTcpAsync(from, address, port) : await node.AskUdpAsync(from, address, port));
        }
        return replies;
    }
}
