using System.Net;
using System.Text;
using Navarch.Network.Netlink;
using Navarch.Network.Services.Kernel;

namespace Navarch.Network.Pods;

/// <summary>Makes and unmakes everything that the pods of one node need besides the runtime: both can be done again at any time.</summary>
public static class PodNetwork
{
    /// <summary>Makes the network for pods with addresses in <paramref name="nodePods"/>. Running pods are not disturbed.</summary>
    /// <exception cref="PodNetworkException">Something is missing; the message says what.</exception>
    public static void Apply(PodNetworkConfig config, IPNetwork nodePods)
    {
        Validate(config);
        KernelFeatures.Check(config.NetworkNamespacePath);
        NetworkNamespace.Run(config.NetworkNamespacePath, () =>
        {
            MakeBridge(config, nodePods);
            var bridgeIsFiltered = SetSysctls(config);
            using var netfilter = new NetlinkSocket(NetlinkSocket.Netfilter);
            new PodTable(config, netfilter).Replace(nodePods, bridgeIsFiltered);
            new ForeignFirewall(config.BridgeName, netfilter).LetThrough();
        });

        // Last: with this file there, the runtime begins to make pods.
        CniConfiguration.Write(config, nodePods);
    }

    /// <summary>
    /// Removes all of it, and what pods left on the bridge. The pods themselves have to be gone before, else they lose their
    /// network. Settings of the whole machine (forwarding) stay.
    /// </summary>
    public static Task RemoveAsync(PodNetworkConfig config, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        File.Delete(config.CniConfigPath);
        using (var links = Links.Open(config.NetworkNamespacePath))
        {
            var all = links.List();
            if (all.FirstOrDefault(link => link.Name == config.BridgeName) is { } bridge)
            {
                foreach (var port in all.Where(link => link.Master == bridge.Index))
                {
                    links.Delete(port);
                }
                links.Delete(bridge);
            }
        }
        using (var netfilter = NetlinkSocket.Open(NetlinkSocket.Netfilter, config.NetworkNamespacePath))
        {
            new PodTable(config, netfilter).Delete();
            new ForeignFirewall(config.BridgeName, netfilter).Remove();
            new ProxyTable(new ProxyTableConfig(config.HostPortsTable), netfilter).Delete();
        }
        if (Directory.Exists(config.AddressDirectory))
        {
            Directory.Delete(config.AddressDirectory, recursive: true);
        }
        RemoveCachedResults(config);
        return Task.CompletedTask;
    }

    private static void Validate(PodNetworkConfig config)
    {
        const int NameBytesMax = 15; // IFNAMSIZ, with its terminating zero.
        if (Encoding.UTF8.GetByteCount(config.BridgeName) is 0 or > NameBytesMax || config.BridgeName.Any(c => c is '/' or ' '))
        {
            throw new PodNetworkException(
                $"\"{config.BridgeName}\" cannot be the name of a network interface: it takes 1 to {NameBytesMax} characters, no blank or slash");
        }
    }

    private static void MakeBridge(PodNetworkConfig config, IPNetwork nodePods)
    {
        using var links = Links.Open(null);
        var gateway = PodNetworkConfig.GatewayOf(nodePods);
        if (links.Find(config.BridgeName) is null)
        {
            // With an address of its own. Otherwise a bridge takes the lowest of its ports', so that it changes as pods come
            // and go, and pods send to the former one until their neighbour entries expire.
            links.Add(config.BridgeName, "bridge", [0x0a, 0x58, .. gateway.GetAddressBytes()]);
        }
        var bridge = links.Find(config.BridgeName)!;

        // The address of the DNS Service is the node's own, too: the bridge is there wherever pods are, and goes with them.
        links.SetAddresses(bridge, config.Dns is { } dns ? [(gateway, nodePods.PrefixLength), (dns, 32)] : [(gateway, nodePods.PrefixLength)]);
        links.SetUp(bridge);
        if (config.Services is { } services)
        {
            links.AddRoute(bridge, services);
        }
    }

    /// <summary>Gives whether what is bridged between pods passes the rules.</summary>
    private static bool SetSysctls(PodNetworkConfig config)
    {
        KernelSetting.Set("net/ipv4/ip_forward", "1");

        // For the answers to 127.0.0.1:nodePort. PodTable keeps others from using it.
        KernelSetting.Set($"net/ipv4/conf/{config.BridgeName}/route_localnet", "1");

        const string BridgeFilter = "net/bridge/bridge-nf-call-iptables";
        if (!KernelSetting.Exists(BridgeFilter))
        {
            return false;
        }
        KernelSetting.Set(BridgeFilter, "1");
        return true;
    }

    // The runtime's CNI library keeps a file per pod and network; those of pods that did not end properly stay for ever.
    private static void RemoveCachedResults(PodNetworkConfig config)
    {
        var results = Path.Combine(config.RuntimeCacheDirectory, "results");
        if (!Directory.Exists(results))
        {
            return;
        }
        var prefix = config.Name + "-";
        foreach (var path in Directory.GetFiles(results, prefix + "*"))
        {
            var sandbox = Path.GetFileName(path)[prefix.Length..].Split('-')[0];
            File.Delete(path);
            File.Delete(Path.Combine(results, $"cni-loopback-{sandbox}-lo"));
        }
    }
}
