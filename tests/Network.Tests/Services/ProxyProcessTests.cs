using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Client;
using Navarch.Machinery.Errors;
using Navarch.Network.Services;
using Navarch.Network.Tests.Kernel;
using Navarch.Testing;

namespace Navarch.Network.Tests.Services;

/// <summary>From objects of the API to packets: informers, rules and the real kernel.</summary>
public sealed class ProxyProcessTests
{
    [Fact]
    public async Task Packets_follow_services_and_endpoints_as_they_come_change_and_go()
    {
        await using var node = await TestNode.StartAsync();
        node.ServeTcp(node.Pod(2), "pod2", 8080);
        node.ServeTcp(node.Pod(3), "pod3", 8080);
        var here = new Node
        {
            Metadata = ObjectMeta.Empty with { Name = "here" },
            Spec = NodeSpec.Empty with { PodCIDR = "10.244.0.0/24" },
        };
        var cluster = new FakeCluster(TimeProvider.System).With(here, A.Service(), A.Slice("10.244.0.3"));
        RefuseTheFirstListOfNodes(cluster); // Its pods are masqueraded at no time, also where they become known last.
        using var stop = new CancellationTokenSource();
        var config = new ProxyConfig { NodeName = "here", TableName = "navarch-test", NetworkNamespacePath = node.Node };
        var running = ProxyProcess.RunAsync(config, cluster, NullLoggerFactory.Instance, TimeProvider.System, stop.Token);

        await UntilAsync(node, "pod2");
        Assert.Equal(TestNode.PodAddress(1), (await node.AskTcpAsync(node.Pod(1), "10.96.0.10", 80)).SeenAddress);
        await SetEndpointsAsync(cluster, "10.244.0.4");
        await UntilAsync(node, "pod3");
        await SetEndpointsAsync(cluster);
        await UntilAsync(node, "refused");
        await node.InNodeAsync("nft flush ruleset");
        await SetEndpointsAsync(cluster, "10.244.0.3");
        await UntilAsync(node, "pod2");
        await cluster.DeleteAsync<Service>(new("default", "web"), DeleteOptions.Empty, CancellationToken.None);
        await cluster.CreateAsync(A.Service("10.96.0.11"), CancellationToken.None);
        await UntilAsync(node, "pod2", "10.96.0.11");

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal("pod2", (await node.AskTcpAsync(node.Pod(1), "10.96.0.11", 80)).Server); // The rules stay.
        ProxyProcess.Remove(config);
        Assert.Equal("", await node.InNodeAsync("nft list ruleset"));
    }

    private static void RefuseTheFirstListOfNodes(FakeCluster cluster)
    {
        var asked = 0;
        cluster.Interceptor = (verb, kind, _) =>
        {
            if (verb == "list" && kind == Node.ResourceType && asked++ == 0)
            {
                throw new ApiException(StatusErrors.ServiceUnavailable("not yet"));
            }
        };
    }

    private static Task SetEndpointsAsync(FakeCluster cluster, params string[] endpoints) =>
        cluster.UpdateAsync(A.Slice(endpoints), CancellationToken.None);

    private static async Task UntilAsync(TestNode node, string expected, string address = "10.96.0.10")
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            string answer;
            try
            {
                answer = (await node.AskTcpAsync(node.Pod(1), address, 80)).Server;
            }
            catch (SocketException e)
            {
                answer = e.SocketErrorCode == SocketError.ConnectionRefused ? "refused" : e.SocketErrorCode.ToString();
            }
            catch (OperationCanceledException)
            {
                answer = "nothing";
            }
            if (answer == expected)
            {
                return;
            }
            await Task.Delay(5, timeout.Token);
        }
    }
}
