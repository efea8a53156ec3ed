using System.Net;

namespace Navarch.Cluster.Certificates;

/// <summary>What a certificate is to say. Identities are the API's: the common name is the user, organizations are groups.</summary>
internal sealed record CertificateSpec(string CommonName)
{
    public const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    public const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    public IReadOnlyList<string> Organizations { get; init; } = [];
    public IReadOnlyList<string> DnsNames { get; init; } = [];
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];
    public bool IsServer { get; init; }
    public bool IsClient { get; init; } = true;
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(365);
}
