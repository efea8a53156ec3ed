using System.Collections.Immutable;
using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;

namespace Navarch.Network.Services;

/// <summary>
/// What one Service asks of a node: a rule for each address and port it is reached at. Depends on its arguments alone.
/// </summary>
/// <remarks>
/// Addresses come from users and controllers. What is not an address of the node's family, or a port out of range, gives
/// no rule and harms no other.
/// </remarks>
internal static class ServiceRules
{
    // A label by which a Service asks to be left to another proxy.
    private const string ProxyNameLabel = "service.kubernetes.io/service-proxy-name";
    private const string HeadlessLabel = "service.kubernetes.io/headless";
    private const string Headless = "None";

    private const int AffinitySecondsDefault = 10_800;

    public static ImmutableArray<FrontendRule> For(Service service, IEnumerable<EndpointSlice> slices, NodeView node)
    {
        if (!IsProxied(service))
        {
            return [];
        }
        var family = node.Family == System.Net.Sockets.AddressFamily.InterNetwork ? AddressType.IPv4 : AddressType.IPv6;
        var usable = slices.Where(slice => slice.AddressType == family).ToList();
        var rules = ImmutableArray.CreateBuilder<FrontendRule>();
        foreach (var port in service.Spec.Ports)
        {
            if (TransportOf(port.Protocol) is { } transport)
            {
                AddRules(rules, service, port, transport, BackendChoice.Of(usable, port, node), node);
            }
        }
        return rules.DrainToImmutable();
    }

    private static void AddRules(
        ImmutableArray<FrontendRule>.Builder rules, Service service, ServicePort port, Transport transport,
        BackendChoice backends, NodeView node)
    {
        var affinitySeconds = AffinitySeconds(service);
        var inside = InsideRule(service, backends) with { AffinitySeconds = affinitySeconds };
        foreach (var address in ClusterAddresses(service, node))
        {
            if (FrontendOf(address, transport, port.Port) is { } frontend)
            {
                rules.Add(inside with { Frontend = frontend });
            }
        }

        var outside = OutsideRule(service, backends) with { AffinitySeconds = affinitySeconds };
        foreach (var address in OutsideAddresses(service, node))
        {
            if (FrontendOf(address, transport, port.Port) is { } frontend)
            {
                rules.Add(outside with { Frontend = frontend });
            }
        }
        if (FrontendOf(Address.None, transport, port.NodePort) is { } onNode)
        {
            rules.Add(outside with { Frontend = onNode });
        }
    }

    private static FrontendRule InsideRule(Service service, BackendChoice backends)
    {
        var localOnly = service.Spec.InternalTrafficPolicy == ServiceInternalTrafficPolicy.Local;
        return new FrontendRule(default(Frontend))
        {
            Backends = localOnly ? backends.OnThisNode : backends.All,
            DropsWithoutBackends = localOnly && !backends.All.IsEmpty,
            HidesSource = true,
            OwnsAddress = true,
        };
    }

    private static FrontendRule OutsideRule(Service service, BackendChoice backends)
    {
        // With the policy Local a client's address is kept, and a node without endpoints takes no part: but clients inside
        // of the cluster are not the load balancer's business, they get every endpoint.
        var localOnly = service.Spec.ExternalTrafficPolicy == ServiceExternalTrafficPolicy.Local;
        return new FrontendRule(default(Frontend))
        {
            Backends = backends.All,
            ForOutside = localOnly && !backends.All.IsEmpty ? backends.OnThisNode : null,
            HidesSource = !localOnly,
        };
    }

    private static bool IsProxied(Service service) =>
        service.Spec.Type != ServiceType.ExternalName
        && service.Spec.ClusterIP is not (Headless or "")
        && !service.Metadata.Labels.ContainsKey(ProxyNameLabel)
        && !service.Metadata.Labels.ContainsKey(HeadlessLabel);

    private static int AffinitySeconds(Service service) =>
        service.Spec.SessionAffinity == ServiceAffinity.ClientIP
            ? Math.Clamp(service.Spec.SessionAffinityConfig?.ClientIP?.TimeoutSeconds ?? AffinitySecondsDefault, 1, 86_400)
            : 0;

    private static IEnumerable<Address> ClusterAddresses(Service service, NodeView node) =>
        Parse(service.Spec.ClusterIPs.Count > 0 ? service.Spec.ClusterIPs : [service.Spec.ClusterIP], node);

    private static IEnumerable<Address> OutsideAddresses(Service service, NodeView node) =>
        Parse(
            service.Spec.ExternalIPs.Concat(
                from ingress in service.Status.LoadBalancer.Ingress
                where ingress.IPMode != LoadBalancerIPMode.Proxy
                select ingress.IP),
            node);

    private static IEnumerable<Address> Parse(IEnumerable<string> texts, NodeView node)
    {
        foreach (var text in texts.Distinct(StringComparer.Ordinal))
        {
            // The same addresses that cannot be endpoints cannot be frontends: a Service may not take over 127.0.0.1.
            if (Address.TryParse(text, out var address) && node.Uses(address) && address.CanBeEndpoint)
            {
                yield return address;
            }
        }
    }

    private static Frontend? FrontendOf(Address address, Transport transport, int port) =>
        port is > 0 and <= ushort.MaxValue ? new Frontend(address, transport, (ushort)port) : null;

    internal static Transport? TransportOf(string? protocol) => protocol switch
    {
        null or "" or Protocol.TCP => Transport.Tcp,
        Protocol.UDP => Transport.Udp,
        Protocol.SCTP => Transport.Sctp,
        _ => null,
    };
}
