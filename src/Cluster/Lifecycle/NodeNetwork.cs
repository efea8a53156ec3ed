using System.Net;
using Navarch.Cluster.Profiles;
using Navarch.Dns;
using Navarch.Network.Pods;
using Navarch.Network.Services;

namespace Navarch.Cluster.Lifecycle;

/// <summary>What a profile's pod network, DNS and service proxy are called and where they keep what they know.</summary>
public static class NodeNetwork
{
    // A /24 of the cluster's /16 for each node, as upstream's default: 254 pods a node, 256 nodes.
    private const int NodePrefixLength = 24;

    public static PodNetworkConfig Pods(Profile profile, ProfilePaths paths) => new()
    {
        Name = $"navarch-{profile.Name}",
        BridgeName = profile.Bridge,
        CniConfigDirectory = paths.CniConfig,
        StateDirectory = paths.CniData,
        NodeName = profile.NodeName,
        NodePods = NodePods(profile),
        ClusterPods = IPNetwork.Parse(profile.PodCidr),
        Services = IPNetwork.Parse(profile.ServiceCidr),
        Dns = profile.LeavesDnsToOthers ? null : profile.Addresses.DnsServiceAddress,
        TableName = profile.NftTable,
    };

    public static DnsConfig Dns(Profile profile) => new()
    {
        Address = profile.Addresses.DnsServiceAddress,
        ClusterNetworks = [IPNetwork.Parse(profile.PodCidr), IPNetwork.Parse(profile.ServiceCidr)],
    };

    public static ProxyConfig Proxy(Profile profile) => new()
    {
        NodeName = profile.NodeName,
        TableName = profile.NftTable,
        NodePods = NodePods(profile),
        NodePortsOnLoopback = true,
    };

    /// <summary>The first node's share of the pod addresses.</summary>
    public static IPNetwork NodePods(Profile profile) => new(IPNetwork.Parse(profile.PodCidr).BaseAddress, NodePrefixLength);

    /// <summary>Takes bridge, rules and given-out addresses away. Pods must be gone before.</summary>
    internal static async Task RemoveAsync(Profile profile, ProfilePaths paths, CancellationToken ct)
    {
        await PodNetwork.RemoveAsync(Pods(profile, paths), ct);
        ProxyProcess.Remove(Proxy(profile));
    }
}
