using System.Net;

namespace Navarch.Dns;

/// <summary>What the DNS server of a node has to know.</summary>
public sealed record DnsConfig
{
    /// <summary>The address it answers at: that of the Service <c>kube-dns</c>, which lies on the node.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>0 takes any free one, for tests.</summary>
    public int Port { get; init; } = 53;

    /// <summary>Where its figures can be read, at the same address; null nowhere.</summary>
    public int? MetricsPort { get; init; } = 9153;

    /// <summary>The name that all names of the cluster are below.</summary>
    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>Addresses of services and pods: no other server is asked about those.</summary>
    public IReadOnlyList<IPNetwork> ClusterNetworks { get; init; } = [];

    /// <summary>Seconds for which clients may remember an answer about the cluster, also that there is no such name.</summary>
    public uint TimeToLive { get; init; } = 30;

    /// <summary>Names the servers that know everything else.</summary>
    public string ResolvConf { get; init; } = "/etc/resolv.conf";
}
