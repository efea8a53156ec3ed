using System.Security.Cryptography.X509Certificates;
using Navarch.Client;
using Navarch.Machinery.Tokens;

namespace Navarch.Controllers;

/// <summary>What the controllers are told.</summary>
public sealed record ControllerConfig
{
    /// <summary>Name of the controller that approves what kubelets serve with: see <see cref="Disabled"/>.</summary>
    public const string KubeletServingApprover = "kubelet-serving-certificate-approver";

    /// <summary>Addresses of all pods.</summary>
    public string ClusterNetwork { get; init; } = "10.244.0.0/16";

    /// <summary>Length of the prefix that a node gets of them.</summary>
    public int NodePrefixLength { get; init; } = 24;

    /// <summary>The authorities that pods are to trust the API server by, PEM, as of now. Null publishes none.</summary>
    public Func<string>? RootCertificates { get; init; }

    /// <summary>How soon it is seen that there are others.</summary>
    public static readonly TimeSpan RootCertificatesPeriod = TimeSpan.FromSeconds(2);

    /// <summary>What signs certificates for those who ask by CertificateSigningRequests: an authority with its key. Null: nobody does.</summary>
    public Func<X509Certificate2>? SigningAuthority { get; init; }

    /// <summary>How long such certificates are good for where less is not asked for.</summary>
    public TimeSpan SigningDuration { get; init; } = TimeSpan.FromDays(365);

    /// <summary>Where the nodes answer DNS: the address that the Service <c>kube-dns</c> gets. Empty where that is somebody else's.</summary>
    public string DnsAddress { get; init; } = "";

    /// <summary>The key that signs tokens of service accounts in Secrets now; null where none are made.</summary>
    public Func<TokenKey>? TokenSigningKey { get; init; }

    /// <summary>How long a token that a cluster made in a Secret may be unused until it is believed no longer, and then until it is removed.</summary>
    public TimeSpan LegacyTokenPeriod { get; init; } = TimeSpan.FromDays(365);

    /// <summary>Silence after which a node counts as gone. Must be several of its heartbeats (10 s).</summary>
    public TimeSpan NodeGracePeriod { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>How many ended pods may stay.</summary>
    public int FinishedPodsMax { get; init; } = 12_500;

    /// <summary>How many objects of one kind are handled at once.</summary>
    public int WorkersPerController { get; init; } = 4;

    /// <summary>Names of controllers that do not run, because something else does their work.</summary>
    public IReadOnlySet<string> Disabled { get; init; } = new HashSet<string>();

    /// <summary>Null when no other process runs these controllers.</summary>
    public LeaderElectionConfig? LeaderElection { get; init; }
}
