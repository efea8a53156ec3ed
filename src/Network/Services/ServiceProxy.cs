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
    private readonly NodeView node;
    private readonly RuleLoop loop;

    public ServiceProxy(
        ProxyConfig config, Informer<Service> services, Informer<EndpointSlice> slices, NetlinkSocket socket, TimeProvider time, ILogger log)
    {
        this.config = config;
        this.services = services;
        this.slices = slices;
        node = new NodeView(config.NodeName);
        loop = new RuleLoop(TableConfig(config.NodePods), ClaimOf, socket, time, log);
    }

    /// <summary>Which addresses are this node's pods has become known, or another.</summary>
    public void SetNodePods(System.Net.IPNetwork pods) => loop.Reconfigure(TableConfig(pods));

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
        await loop.RunAsync(ct);
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

    private ProxyTableConfig TableConfig(System.Net.IPNetwork? pods) => new(config.TableName)
    {
        NodePods = pods,
        NodePortAddresses = config.NodePortAddresses,
        NodePortsOnLoopback = config.NodePortsOnLoopback,
    };
}
