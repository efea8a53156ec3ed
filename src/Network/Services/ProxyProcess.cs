using Microsoft.Extensions.Logging;
using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;
using Navarch.Client;
using Navarch.Network.Netlink;
using Navarch.Network.Services.Kernel;

namespace Navarch.Network.Services;

/// <summary>The service proxy as a part of a process: what it is made of.</summary>
public static class ProxyProcess
{
    // Services of another proxy, and headless ones, are not worth their memory on every node.
    private const string ServicesOfThisProxy = "!service.kubernetes.io/service-proxy-name,!service.kubernetes.io/headless";

    /// <summary>Runs until cancelled. The rules stay in the kernel; <see cref="Remove"/> takes them away.</summary>
    /// <exception cref="NetlinkException">The kernel has no netfilter netlink, or this process may not use it.</exception>
    public static async Task RunAsync(ProxyConfig config, IClient client, ILoggerFactory logs, TimeProvider time, CancellationToken ct)
    {
        var scope = ListQuery.All with { LabelSelector = ServicesOfThisProxy };
        var services = new Informer<Service>(client, scope, time, logs.CreateLogger<Informer<Service>>());
        var slices = new Informer<EndpointSlice>(client, scope, time, logs.CreateLogger<Informer<EndpointSlice>>());
        var itself = ListQuery.All with { FieldSelector = $"metadata.name={config.NodeName}" };
        var nodes = config.NodePods is null ? new Informer<Node>(client, itself, time, logs.CreateLogger<Informer<Node>>()) : null;
        using var socket = NetlinkSocket.Open(NetlinkSocket.Netfilter, config.NetworkNamespacePath);
        var proxy = new ServiceProxy(config, services, slices, nodes, socket, time, logs.CreateLogger<ServiceProxy>());

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        List<Task> parts = [services.RunAsync(stop.Token), slices.RunAsync(stop.Token), proxy.RunAsync(stop.Token)];
        if (nodes is not null)
        {
            parts.Add(nodes.RunAsync(stop.Token));
        }
        await Task.WhenAny(parts); // None ends before the others, but by a bug, which is then thrown.
        await stop.CancelAsync();
        await Task.WhenAll(parts);
    }

    /// <summary>Removes the proxy's table, if there is one.</summary>
    public static void Remove(ProxyConfig config)
    {
        using var socket = NetlinkSocket.Open(NetlinkSocket.Netfilter, config.NetworkNamespacePath);
        new ProxyTable(new ProxyTableConfig(config.TableName), socket).Delete();
    }
}
