using System.Net;
using Microsoft.Extensions.Logging;
using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;
using Navarch.Client;
using Navarch.Network.Netlink;
using Navarch.Network.Services.Kernel;

namespace Navarch.Network.Services;

/// <summary>Keeps the node's service rules equal to what Services and EndpointSlices ask for.</summary>
internal sealed class ServiceProxy
{
    private const string ServiceIndex = "service";

    private readonly ProxyConfig config;
    private readonly Informer<Service> services;
    private readonly Informer<EndpointSlice> slices;
    private readonly Informer<Node>? nodes;
    private readonly NodeView node;
    private readonly RuleLoop loop;

    /// <param name="nodes">Tells the addresses of this node's pods; null when they are configured.</param>
    public ServiceProxy(
        ProxyConfig config,
        Informer<Service> services,
        Informer<EndpointSlice> slices,
        Informer<Node>? nodes,
        NetlinkSocket socket,
        TimeProvider time,
        ILogger log)
    {
        this.config = config;
        this.services = services;
        this.slices = slices;
        this.nodes = nodes;
        node = new NodeView(config.NodeName);
        loop = new RuleLoop(TableConfig(config.NodePods), ClaimOf, socket, time, log);
    }

    public async Task RunAsync(CancellationToken ct)
    {
        slices.AddIndex(ServiceIndex, slice => ServiceOf(slice) is { } service ? [service.ToString()] : []);
        services.Subscribe((before, after) => loop.Touch(NamespacedName.Of((after ?? before)!)));
        slices.Subscribe((before, after) =>
        {
            TouchServiceOf(before);
            TouchServiceOf(after);
        });
        await services.WaitForSyncAsync(ct);
        await slices.WaitForSyncAsync(ct);
        if (nodes is not null)
        {
            // First: until the pods of the node are known, every packet of theirs is taken for a stranger's and masqueraded.
            nodes.Subscribe(FollowNode);
            await nodes.WaitForSyncAsync(ct);
        }

        await loop.RunAsync(ct);
    }

    private void FollowNode(Node? before, Node? after)
    {
        if (after is not null && after.Spec.PodCIDR != (before?.Spec.PodCIDR ?? "") && IPNetwork.TryParse(after.Spec.PodCIDR, out var pods))
        {
            loop.Reconfigure(TableConfig(pods));
        }
    }

    private Claim? ClaimOf(NamespacedName key)
    {
        if (!services.TryGet(key, out var service))
        {
            return null;
        }
        var name = key.ToString();
        var wanted = ServiceRules.For(service, slices.By(ServiceIndex, name), node);
        return new Claim(new Claimant(service.Metadata.CreationTimestamp ?? default, name), wanted);
    }

    private void TouchServiceOf(EndpointSlice? slice)
    {
        if (slice is not null && ServiceOf(slice) is { } service)
        {
            loop.Touch(service);
        }
    }

    private static NamespacedName? ServiceOf(EndpointSlice slice) =>
        slice.Metadata.Labels.TryGetValue("kubernetes.io/service-name", out var name)
            ? new NamespacedName(slice.Metadata.Namespace, name)
            : null;

    private ProxyTableConfig TableConfig(IPNetwork? pods) => new(config.TableName)
    {
        NodePods = pods,
        NodePortAddresses = config.NodePortAddresses,
        NodePortsOnLoopback = config.NodePortsOnLoopback,
    };
}
