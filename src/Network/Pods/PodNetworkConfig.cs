using System.Net;

namespace Navarch.Network.Pods;

/// <summary>The pod network of one node of one profile.</summary>
public sealed record PodNetworkConfig
{
    /// <summary>Name of the CNI network, unique on the machine: the runtime keeps its results under it.</summary>
    public required string Name { get; init; }

    /// <summary>The bridge that the node's pods are on; at most 15 characters.</summary>
    public required string BridgeName { get; init; }

    /// <summary>Where the runtime looks for CNI configuration. Of this profile alone: what else is there would compete.</summary>
    public required string CniConfigDirectory { get; init; }

    /// <summary>Where the addresses that are given out are kept.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>The Node this is.</summary>
    public required string NodeName { get; init; }

    /// <summary>Addresses of this node's pods; null takes them from the Node's <c>spec.podCIDR</c> when it is there.</summary>
    public IPNetwork? NodePods { get; init; }

    /// <summary>Addresses of all pods: between those, nothing is translated.</summary>
    public required IPNetwork ClusterPods { get; init; }

    /// <summary>
    /// Addresses of Services. With it the node itself reaches Services also without a default route, and what is sent to an
    /// address that no Service has is refused at once and does not leave the node.
    /// </summary>
    public IPNetwork? Services { get; init; }

    /// <summary>
    /// The Service address at which this node's own DNS server answers its pods and itself; null where DNS is a Service like
    /// any other.
    /// </summary>
    public IPAddress? Dns { get; init; }

    /// <summary>The tables are named after it: <c>NAME-pods</c> and <c>NAME-host-ports</c>.</summary>
    public string TableName { get; init; } = "navarch";

    /// <summary>Bytes of the largest packet on the pods' links; 0 leaves it to the kernel.</summary>
    public int Mtu { get; init; }

    /// <summary>Where the runtime's CNI library caches results; not configurable in containerd.</summary>
    public string RuntimeCacheDirectory { get; init; } = "/var/lib/cni";

    /// <summary>The node's network namespace, such as <c>/run/netns/node-2</c>; null is the process's own.</summary>
    public string? NetworkNamespacePath { get; init; }

    internal string AddressDirectory => Path.Combine(StateDirectory, "addresses");

    internal string CniConfigPath => Path.Combine(CniConfigDirectory, "10-navarch.conflist");

    internal string PodsTable => $"{TableName}-pods";

    internal string HostPortsTable => $"{TableName}-host-ports";

    /// <summary>The node's own address among its pods: the first.</summary>
    internal static IPAddress GatewayOf(IPNetwork pods)
    {
        var bytes = pods.BaseAddress.GetAddressBytes();
        bytes[^1]++;
        return new IPAddress(bytes);
    }
}
