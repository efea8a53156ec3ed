using System.Net;

namespace Navarch.Cluster.Profiles;

/// <summary>
/// Which addresses and ports a profile uses. Two profiles on one machine share its routing table and its ports, so no two
/// plans may overlap; the first profile gets the addresses that everybody knows from Kubernetes.
/// </summary>
public sealed record AddressPlan
{
    public required IPNetwork PodCidr { get; init; }
    public required IPNetwork ServiceCidr { get; init; }
    public required int ApiPort { get; init; }
    public required int KubeletPort { get; init; }

    /// <summary>Where, on loopback, the node's runtime finds images that were loaded by hand.</summary>
    public required int MirrorPort { get; init; }

    /// <summary>The address of the Service <c>kubernetes</c>: the first of the service range.</summary>
    public IPAddress KubernetesServiceAddress => Nth(ServiceCidr, 1);

    /// <summary>The address of the Service <c>kube-dns</c>: the tenth, as everybody knows it.</summary>
    public IPAddress DnsServiceAddress => Nth(ServiceCidr, 10);

    private const int ApiPortFirst = 6443;
    private const int KubeletPortFirst = 10250;
    private const int MirrorPortFirst = 10350; // A hundred beyond the kubelets', whose range ends there.

    // 10.244.0.0/16 to 10.251.0.0/16, and eight /15 halves of 10.96.0.0/12: as many profiles as one machine can sensibly run.
    private const int ProfilesMax = 8;
    private const int PortsTriedMax = 100;

    /// <summary>The first plan that neither meets one of <paramref name="others"/> nor needs a port that is taken.</summary>
    /// <param name="others">The plans of all other profiles of the machine, running or not.</param>
    /// <param name="isPortFree">Whether a TCP port of the machine can be listened on now.</param>
    /// <param name="apiPort">A port the user insists on; zero for any.</param>
    /// <exception cref="ClusterException">All ranges are in use.</exception>
    public static AddressPlan Next(IReadOnlyList<AddressPlan> others, Func<int, bool> isPortFree, int apiPort = 0)
    {
        var slot = Enumerable.Range(0, ProfilesMax)
            .Where(slot => others.All(other => !Overlap(other.PodCidr, PodCidrOf(slot)) && !Overlap(other.ServiceCidr, ServiceCidrOf(slot))))
            .DefaultIfEmpty(-1)
            .First();
        if (slot < 0)
        {
            throw new ClusterException(
                $"{others.Count} profiles use all address ranges of this machine",
                "delete one that is no longer needed: `navarch delete -p NAME`");
        }

        return new AddressPlan
        {
            PodCidr = PodCidrOf(slot),
            ServiceCidr = ServiceCidrOf(slot),
            ApiPort = apiPort != 0 ? apiPort : FreePort(ApiPortFirst, isPortFree, others.Select(other => other.ApiPort)),
            KubeletPort = FreePort(KubeletPortFirst, isPortFree, others.Select(other => other.KubeletPort)),
            MirrorPort = FreePort(MirrorPortFirst, isPortFree, others.Select(other => other.MirrorPort)),
        };
    }

    internal static IPNetwork PodCidrOf(int slot) => new(new IPAddress(new byte[] { 10, (byte)(244 + slot), 0, 0 }), 16);

    internal static IPNetwork ServiceCidrOf(int slot) => new(new IPAddress(new byte[] { 10, (byte)(96 + 2 * slot), 0, 0 }), 15);

    internal static bool Overlap(IPNetwork a, IPNetwork b) => a.Contains(b.BaseAddress) || b.Contains(a.BaseAddress);

    private static int FreePort(int first, Func<int, bool> isPortFree, IEnumerable<int> reserved)
    {
        var taken = reserved.ToHashSet();
        var port = Enumerable.Range(first, PortsTriedMax).FirstOrDefault(port => !taken.Contains(port) && isPortFree(port));
        return port != 0
            ? port
            : throw new ClusterException(
                $"no port between {first} and {first + PortsTriedMax - 1} is free",
                "stop what uses them; `ss -ltnp` lists it");
    }

    private static IPAddress Nth(IPNetwork network, byte n)
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        bytes[^1] += n;
        return new IPAddress(bytes);
    }
}
