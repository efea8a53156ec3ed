using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Network.Netlink;
using Navarch.Network.Pods;
using Navarch.Network.Tests.Kernel;
using Navarch.Testing;

namespace Navarch.Network.Tests.Pods;

/// <summary>The pod network in a namespace, with pods that the real CNI plugins connect.</summary>
public sealed class PodNetworkTests : IDisposable
{
    private static readonly IPNetwork NodePods = IPNetwork.Parse("10.244.0.0/24");

    private readonly string directory = Directory.CreateTempSubdirectory("navarch-network-").FullName;

    [Fact]
    public async Task A_pod_reaches_the_world_and_is_hidden_behind_the_node()
    {
        await using var node = await StartAsync();
        node.ServeTcp(node.Client, "world", 80);

        Assert.Equal(new Reply("world", TestNode.NodeAddress), await node.AskTcpAsync(node.Pod(1), TestNode.ClientAddress, 80));
    }

    [Fact]
    public async Task Pods_see_each_other_untranslated()
    {
        await using var node = await StartAsync();
        node.ServeTcp(node.Pod(2), "pod2", 80);

        Assert.Equal(new Reply("pod2", TestNode.PodAddress(1)), await node.AskTcpAsync(node.Pod(1), TestNode.PodAddress(2), 80));
    }

    [Fact]
    public async Task The_node_reaches_services_and_node_ports_also_without_a_default_route()
    {
        await using var node = await StartAsync();
        using var proxy = new TestProxy(node, onLoopback: true);
        node.ServeTcp(node.Pod(1), "pod1", 8080);
        proxy.Set(
            "web", TestProxy.ClusterIP("tcp/10.96.0.10:80", "10.244.0.2:8080"),
            TestProxy.Rule("tcp/*:30080", "10.244.0.2:8080") with { HidesSource = true });
        await node.IpInAsync("node", "route del default");

        Assert.Equal("pod1", (await node.AskTcpAsync(node.Node, "10.96.0.10", 80)).Server);
        Assert.Equal("pod1", (await node.AskTcpAsync(node.Node, "127.0.0.1", 30080)).Server);
        Assert.Equal("pod1", (await node.AskTcpAsync(node.Node, TestNode.NodeAddress, 30080)).Server);
    }

    [Fact]
    public async Task Addresses_that_no_service_has_refuse_at_once()
    {
        await using var node = await StartAsync();

        var fromPod = await Assert.ThrowsAsync<SocketException>(() => node.AskTcpAsync(node.Pod(1), "10.96.7.7", 80));
        var fromNode = await Assert.ThrowsAsync<SocketException>(() => node.AskTcpAsync(node.Node, "10.96.7.7", 80));

        Assert.Equal(SocketError.ConnectionRefused, fromPod.SocketErrorCode);
        Assert.Equal(SocketError.ConnectionRefused, fromNode.SocketErrorCode);
    }

    [Fact]
    public async Task The_nodes_own_dns_answers_its_pods_and_itself_past_services_and_connection_tracking()
    {
        const string Dns = "10.96.0.53";
        await using var node = await StartAsync(config => config with { Dns = IPAddress.Parse(Dns) });
        using var proxy = new TestProxy(node);
        proxy.Set("kube-system/kube-dns", TestProxy.ClusterIP($"udp/{Dns}:53"), TestProxy.ClusterIP($"tcp/{Dns}:53"), TestProxy.ClusterIP($"tcp/{Dns}:80"));
        node.ServeUdp(node.Node, "dns", 53, Dns);
        node.ServeTcp(node.Node, "dns", 53);
        node.ServeTcp(node.Node, "other", 80);
        await node.IpInAsync("client", $"route add {Dns} via {TestNode.NodeAddress}");

        Assert.Equal(new Reply("dns", TestNode.PodAddress(1)), await node.AskUdpAsync(node.Pod(1), Dns, 53));
        Assert.Equal(new Reply("dns", TestNode.PodAddress(2)), await node.AskTcpAsync(node.Pod(2), Dns, 53));
        Assert.Equal("dns", (await node.AskUdpAsync(node.Node, Dns, 53)).Server);
        Assert.Equal("dns", (await node.AskTcpAsync(node.Node, Dns, 53)).Server);
        Assert.DoesNotContain(Dns, await node.InNodeAsync("cat /proc/net/nf_conntrack"));
        var other = await Assert.ThrowsAsync<SocketException>(() => node.AskTcpAsync(node.Pod(1), Dns, 80));
        Assert.Equal(SocketError.ConnectionRefused, other.SocketErrorCode);
        using var outside = node.Open(node.Client, ProtocolType.Udp);
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await outside.SendToAsync("?"u8.ToArray(), IPEndPoint.Parse($"{Dns}:53"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => outside.ReceiveAsync(new byte[10], patience.Token).AsTask());
    }

    [Fact]
    public async Task Pods_do_not_reach_the_loopback_of_the_node()
    {
        await using var node = await StartAsync();
        node.ServeTcp(node.Node, "private", 9999);
        await node.IpInAsync("pod1", "route add 127.0.0.0/8 via 10.244.0.1 dev eth0 src 10.244.0.2 table 200");
        await node.IpInAsync("pod1", "rule add pref 0 table 200");
        await node.IpInAsync("pod1", "rule add pref 1 table local");
        await node.IpInAsync("pod1", "rule del pref 0 table local");
        NetworkNamespace.Run(node.Pod(1), () => File.WriteAllText("/proc/sys/net/ipv4/conf/all/route_localnet", "1"));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => node.AskTcpAsync(node.Pod(1), "127.0.0.1", 9999, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task Services_between_pods_of_a_node_work_without_the_bridge_filter_too()
    {
        await using var node = await StartAsync();
        using var proxy = new TestProxy(node);
        node.ServeTcp(node.Pod(2), "pod2", 8080);
        proxy.Set("web", TestProxy.ClusterIP("tcp/10.96.0.10:80", "10.244.0.3:8080"));
        NetworkNamespace.Run(node.Node, () =>
        {
            if (KernelSetting.Exists("net/bridge/bridge-nf-call-iptables"))
            {
                KernelSetting.Set("net/bridge/bridge-nf-call-iptables", "0");
            }
        });
        using var socket = NetlinkSocket.Open(NetlinkSocket.Netfilter, node.Node);

        new PodTable(Config(node), socket).Replace(NodePods, bridgeIsFiltered: false);

        Assert.Equal(new Reply("pod2", TestNode.BridgeAddress), await node.AskTcpAsync(node.Pod(1), "10.96.0.10", 80));
    }

    [Fact]
    public async Task A_host_port_leads_to_its_pod_from_everywhere()
    {
        await using var node = await StartAsync();
        using var hostPorts = new TestProxy(node, "navarch-test-host-ports", onLoopback: true);
        node.ServeTcp(node.Pod(1), "pod1", 8080);
        hostPorts.Set("default/pod", TestProxy.Rule("tcp/*:8081", "10.244.0.2:8080"));

        Assert.Equal(new Reply("pod1", TestNode.ClientAddress), await node.AskTcpAsync(node.Client, TestNode.NodeAddress, 8081));
        Assert.Equal("pod1", (await node.AskTcpAsync(node.Node, "127.0.0.1", 8081)).Server);
        Assert.Equal("pod1", (await node.AskTcpAsync(node.Pod(1), TestNode.NodeAddress, 8081)).Server);
        Assert.Equal("pod1", (await node.AskTcpAsync(node.Pod(2), TestNode.NodeAddress, 8081)).Server);
    }

    [Fact]
    public async Task The_process_takes_the_nodes_addresses_from_the_api_and_follows_host_ports()
    {
        await using var node = await TestNode.StartAsync(pods: 0, withBridge: false);
        var config = Config(node) with { NodeName = "here" };
        var cluster = new FakeCluster(TimeProvider.System).With(new Node { Metadata = ObjectMeta.Empty with { Name = "here" } });
        using var stop = new CancellationTokenSource();
        var running = PodNetworkProcess.RunAsync(config, cluster, NullLoggerFactory.Instance, TimeProvider.System, stop.Token);
        Assert.False(File.Exists(config.CniConfigPath));

        var known = cluster.Get<Node>("here");
        await cluster.UpdateAsync(known with { Spec = known.Spec with { PodCIDR = "10.244.0.0/24" } }, CancellationToken.None);
        await Until.TrueAsync(() => running.IsCompleted || File.Exists(config.CniConfigPath), "the CNI configuration");
        await node.AddPodByCniAsync(1, config.CniConfigPath, directory);
        node.ServeTcp(node.Pod(1), "pod1", 80);
        cluster.With(new Pod
        {
            Metadata = ObjectMeta.Empty with { Namespace = "default", Name = "web" },
            Spec = PodSpec.Empty with
            {
                NodeName = "here",
                Containers = [new() { Name = "c", Ports = [new() { ContainerPortValue = 80, HostPort = 8081 }] }],
            },
            Status = PodStatus.Empty with { Phase = PodPhase.PodRunning, PodIP = TestNode.PodAddress(1) },
        });
        Reply? reply = null;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (reply is null && !running.IsCompleted)
        {
            try
            {
                reply = await node.AskTcpAsync(node.Client, TestNode.NodeAddress, 8081, TimeSpan.FromSeconds(5));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                await Task.Delay(10, patience.Token);
            }
        }

        Assert.Equal(new Reply("pod1", TestNode.ClientAddress), reply);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Making_it_twice_disturbs_nobody_and_removing_it_leaves_nothing()
    {
        await using var node = await TestNode.StartAsync(pods: 0, withBridge: false);
        var before = await SettledMachineAsync(node);
        var config = Config(node);
        PodNetwork.Apply(config, NodePods);
        await node.AddPodByCniAsync(1, config.CniConfigPath, directory);
        PodNetwork.Apply(config, NodePods);
        node.ServeTcp(node.Pod(1), "pod1", 80);
        Assert.Equal("pod1", (await node.AskTcpAsync(node.Node, TestNode.PodAddress(1), 80)).Server);

        await PodNetwork.RemoveAsync(config, CancellationToken.None);
        await PodNetwork.RemoveAsync(config, CancellationToken.None); // Again, when there is nothing.

        Assert.Equal(before, await MachineAsync(node));
        Assert.Empty(Directory.GetFiles(directory, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Pods_get_through_a_firewall_that_drops_what_is_forwarded_and_it_is_left_as_it_was()
    {
        if (!File.Exists("/usr/sbin/iptables"))
        {
            Assert.Skip("iptables is not installed: this test is about machines that have it");
        }
        await using var node = await TestNode.StartAsync(pods: 0, withBridge: false);
        await node.InNodeAsync("iptables -P FORWARD DROP");
        await node.InNodeAsync("iptables -A FORWARD -i docker0 -j ACCEPT");
        var before = await node.InNodeAsync("iptables -S");
        var config = Config(node);
        PodNetwork.Apply(config, NodePods);
        PodNetwork.Apply(config, NodePods);
        await node.AddPodByCniAsync(1, config.CniConfigPath, directory);
        await node.AddPodByCniAsync(2, config.CniConfigPath, directory);
        node.ServeTcp(node.Client, "world", 80);
        node.ServeTcp(node.Pod(2), "pod2", 80);

        Assert.Equal("world", (await node.AskTcpAsync(node.Pod(1), TestNode.ClientAddress, 80)).Server);
        Assert.Equal("pod2", (await node.AskTcpAsync(node.Pod(1), TestNode.PodAddress(2), 80)).Server);
        Assert.Equal(2, (await node.InNodeAsync("iptables -S")).Split('\n').Count(line => line.Contains("nvtpods")));
        await PodNetwork.RemoveAsync(config, CancellationToken.None);
        Assert.Equal(before, await node.InNodeAsync("iptables -S"));
    }

    [Fact]
    public async Task Another_range_of_addresses_replaces_the_former_on_the_bridge()
    {
        await using var node = await TestNode.StartAsync(pods: 0, withBridge: false);
        PodNetwork.Apply(Config(node), IPNetwork.Parse("10.244.7.0/24"));

        PodNetwork.Apply(Config(node), NodePods);

        var addresses = await node.IpInAsync("node", "-4 -o addr show dev nvtpods");
        Assert.Contains("10.244.0.1/24", addresses);
        Assert.DoesNotContain("10.244.7.1", addresses);
    }

    [Fact]
    public async Task This_kernel_has_what_is_needed_and_trying_leaves_nothing()
    {
        await using var node = await TestNode.StartAsync(pods: 0, withBridge: false);
        var before = await SettledMachineAsync(node);

        KernelFeatures.Check(node.Node);

        Assert.Equal(before, await MachineAsync(node));
    }

    [Fact]
    public void A_bridge_name_that_is_too_long_is_refused_with_the_reason()
    {
        var config = new PodNetworkConfig
        {
            Name = "n", NodeName = "n", BridgeName = "a-bridge-name-too-long", CniConfigDirectory = directory,
            StateDirectory = directory, ClusterPods = IPNetwork.Parse("10.244.0.0/16"),
        };

        var failure = Assert.Throws<PodNetworkException>(() => PodNetwork.Apply(config, NodePods));

        Assert.Contains("1 to 15 characters", failure.Message);
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private async Task<TestNode> StartAsync(Func<PodNetworkConfig, PodNetworkConfig>? change = null)
    {
        var node = await TestNode.StartAsync(pods: 0, withBridge: false);
        try
        {
            var config = change is null ? Config(node) : change(Config(node));
            PodNetwork.Apply(config, NodePods);
            await node.AddPodByCniAsync(1, config.CniConfigPath, directory);
            await node.AddPodByCniAsync(2, config.CniConfigPath, directory);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    private PodNetworkConfig Config(TestNode node) => new()
    {
        Name = "navarch-test",
        NodeName = "node",
        BridgeName = "nvtpods",
        TableName = "navarch-test",
        CniConfigDirectory = Path.Combine(directory, "cni"),
        StateDirectory = Path.Combine(directory, "state"),
        RuntimeCacheDirectory = Path.Combine(directory, "cache"),
        ClusterPods = IPNetwork.Parse("10.244.0.0/16"),
        Services = IPNetwork.Parse("10.96.0.0/12"),
        NetworkNamespacePath = node.Node,
    };

    // The kernel tells a new link's two ends of each other in its own time.
    private static async Task<string> SettledMachineAsync(TestNode node)
    {
        var machine = await MachineAsync(node);
        while (machine.Contains("NO-CARRIER", StringComparison.Ordinal))
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
            machine = await MachineAsync(node);
        }

        return machine;
    }

    private static async Task<string> MachineAsync(TestNode node) =>
        await node.IpInAsync("node", "-o link show") + await node.IpInAsync("node", "route show") + await node.InNodeAsync("nft list ruleset");
}
