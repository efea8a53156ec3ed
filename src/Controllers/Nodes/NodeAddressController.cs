using System.Net;
using System.Net.Sockets;
using Navarch.Api.Core.V1;
using Navarch.Client;

namespace Navarch.Controllers;

/// <summary>
/// Gives each node its own part of the cluster's pod addresses, once and for good. All nodes are one key: who hands out addresses
/// must know everything that has been handed out.
/// </summary>
/// <param name="clusterNetwork">For example 10.244.0.0/16.</param>
/// <param name="nodePrefixLength">24 gives each node 254 addresses.</param>
public sealed class NodeAddressController(Informer<Node> nodes, IClient client, EventRecorder events, IPNetwork clusterNetwork, int nodePrefixLength)
    : IReconciler
{
    private static readonly NamespacedName Everything = new("", "nodes");

    public string Name => "node-ipam";

    public IEnumerable<Trigger> Triggers => [Trigger.On(nodes, static node => node.Spec.PodCIDR.Length == 0 ? [Everything] : [])];

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        foreach (var (node, network) in Plan([.. nodes.Snapshot.Items], clusterNetwork, nodePrefixLength))
        {
            if (network is null)
            {
                events.Warning(node, "CIDRNotAvailable", $"Node {node.Metadata.Name} status is now: CIDRNotAvailable");
                continue;
            }

            await client.PatchAsync<Node>(
                NamespacedName.Of(node),
                Patch.Merge($"{{\"metadata\":{{\"resourceVersion\":\"{node.Metadata.ResourceVersion}\"}},\"spec\":{{\"podCIDR\":\"{network}\",\"podCIDRs\":[\"{network}\"]}}}}"),
                ct);
        }

        return ReconcileResult.Done;
    }

    /// <summary>The lowest free network for each node without one, oldest node first; null when none is left.</summary>
    internal static IEnumerable<(Node Node, IPNetwork? Network)> Plan(IReadOnlyList<Node> nodes, IPNetwork cluster, int prefixLength)
    {
        var taken = nodes.SelectMany(node => node.Spec.PodCIDRs.Append(node.Spec.PodCIDR)).Where(cidr => cidr.Length > 0).ToHashSet();
        var next = 0;
        var count = 1 << Math.Clamp(prefixLength - cluster.PrefixLength, 0, 20);
        foreach (var node in nodes.Where(node => node.Spec.PodCIDR.Length == 0 && !node.IsTerminating).OrderBy(node => node.Metadata.CreationTimestamp)
            .ThenBy(node => node.Metadata.Name, StringComparer.Ordinal))
        {
            while (next < count && taken.Contains(Part(cluster, prefixLength, next).ToString()))
            {
                next++;
            }

            yield return (node, next < count ? Part(cluster, prefixLength, next++) : null);
        }
    }

    private static IPNetwork Part(IPNetwork cluster, int prefixLength, int index)
    {
        var bytes = cluster.BaseAddress.GetAddressBytes();
        var bits = cluster.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        for (var bit = 0; index >> bit != 0; bit++)
        {
            if (((index >> bit) & 1) != 0)
            {
                var at = prefixLength - 1 - bit; // From the left; the last bit of a node's prefix counts nodes.
                bytes[at / 8] |= (byte)(0x80 >> (at % 8));
            }
        }

        return new IPNetwork(new IPAddress(bytes), Math.Min(prefixLength, bits));
    }
}
