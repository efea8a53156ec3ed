using System.Net;

namespace Navarch.Network.Services;

/// <summary>What one node's service proxy has to know. Nothing in it is shared between profiles on one machine.</summary>
public sealed record ProxyConfig
{
    /// <summary>The Node this is: endpoints with its name are local.</summary>
    public required string NodeName { get; init; }

    /// <summary>Name of the nftables table, which is the proxy's alone.</summary>
    public string TableName { get; init; } = "navarch";

    /// <summary>Addresses of this node's pods; null reads them from the Node's spec when they are there.</summary>
    public IPNetwork? NodePods { get; init; }

    /// <summary>Node ports are answered on these addresses only; empty is every address of the node.</summary>
    public IReadOnlyList<IPNetwork> NodePortAddresses { get; init; } = [];

    /// <summary>Node ports are answered on 127.0.0.1 too. Needs what <c>PodNetwork</c> sets up.</summary>
    public bool NodePortsOnLoopback { get; init; }

    /// <summary>The namespace whose packets are meant, such as <c>/run/netns/node-2</c>; null is the process's own.</summary>
    public string? NetworkNamespacePath { get; init; }
}
