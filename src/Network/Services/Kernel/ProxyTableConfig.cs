using System.Net;
using Navarch.Network.Nftables;

namespace Navarch.Network.Services.Kernel;

/// <summary>What the proxy's table depends on besides Services.</summary>
internal sealed record ProxyTableConfig(string Name)
{
    public NftFamily Family { get; init; } = NftFamily.IPv4;

    /// <summary>Addresses of this node's own pods. Without it every client counts as one from outside.</summary>
    public IPNetwork? NodePods { get; init; }

    /// <summary>Node ports are answered on these addresses only; empty is on every address of the node.</summary>
    public IReadOnlyList<IPNetwork> NodePortAddresses { get; init; } = [];

    /// <summary>
    /// Node ports are answered on 127.0.0.1 too. Needs <c>route_localnet</c> on the pods' bridge and the rule that keeps
    /// others from sending to 127.0.0.1 from outside: both are PodNetwork's.
    /// </summary>
    public bool NodePortsOnLoopback { get; init; }

    public NftTable Table => new(Family, Name);
}
