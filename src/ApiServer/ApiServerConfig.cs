using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Navarch.ApiServer.Audit;
using Navarch.ApiServer.Encryption;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Tokens;

namespace Navarch.ApiServer;

/// <summary>Where the server listens, whom it trusts, and what it gives out.</summary>
public sealed record ApiServerConfig
{
    public IPAddress BindAddress { get; init; } = IPAddress.Any;

    /// <summary>0 takes any free port.</summary>
    public int Port { get; init; } = 6443;

    /// <summary>The server's own certificate, with its private key, as it is now: it is asked for at each handshake.</summary>
    public required Func<SslStreamCertificateContext> ServerCertificate { get; init; }

    /// <summary>Who signs the certificates of clients, as of now: another collection is another answer. Those after the first are on their way out, and it is noted who needs them.</summary>
    public required Func<X509Certificate2Collection> ClientAuthorities { get; init; }

    /// <summary>The certificate, with key, that kubelets know this server by, as it is now. Null: logs, exec and the like do not work.</summary>
    public Func<X509Certificate2>? KubeletClientCertificate { get; init; }

    /// <summary>Who signs the certificates of kubelets; <see cref="ClientAuthorities"/> when null.</summary>
    public Func<X509Certificate2Collection>? KubeletAuthorities { get; init; }

    /// <summary>How tokens of service accounts are signed. Null: there are no such tokens.</summary>
    public ServiceAccountTokenConfig? ServiceAccountTokens { get; init; }

    /// <summary>The keys that objects are encrypted with in the store; made where the file does not exist. Null: nothing is encrypted.</summary>
    public EncryptionKeyFile? EncryptionKeys { get; init; }

    /// <summary>What is encrypted from now on, as <c>secrets</c> or <c>deployments.apps</c>; null for what the key file says.</summary>
    public IReadOnlyList<string>? EncryptResources { get; init; }

    /// <summary>Who else is let in.</summary>
    public AuthenticationConfig Authentication { get; init; } = AuthenticationConfig.Default;

    /// <summary>Who decides what somebody may do, in order: of <see cref="AuthorizerTypes"/>.</summary>
    public IReadOnlyList<string> AuthorizationModes { get; init; } = ["Node", "RBAC"];

    /// <summary>Whom the mode Webhook asks; null where it is not among the modes.</summary>
    public AuthorizationWebhookConfig? AuthorizationWebhook { get; init; }

    /// <summary>A file that says who decides (apiserver.config.k8s.io/v1 AuthorizationConfiguration), followed while the server runs; empty: the modes say it.</summary>
    public string AuthorizationFile { get; init; } = "";

    /// <summary>The address at which pods and nodes reach this server; what the <c>kubernetes</c> service leads to.</summary>
    public required IPAddress AdvertiseAddress { get; init; }

    /// <summary>Addresses of services. The first usable one is the <c>kubernetes</c> service's.</summary>
    public IPNetwork ServiceNetwork { get; init; } = new(IPAddress.Parse("10.96.0.0"), 12);

    public int NodePortFirst { get; init; } = 30_000;

    public int NodePortLast { get; init; } = 32_767;

    /// <summary>How many requests of width one are served at once, by all priority levels together (API Priority and Fairness).</summary>
    public int SeatsMax { get; init; } = 600;

    /// <summary>What of which requests is recorded, as a policy of audit.k8s.io/v1 in a file; empty: nothing.</summary>
    public string AuditPolicyFile { get; init; } = "";

    /// <summary>Where it is recorded.</summary>
    public AuditLogConfig AuditLog { get; init; } = new("-", 100 << 20, 0, TimeSpan.Zero);

    /// <summary>What is checked and filled in on the way into the store.</summary>
    public AdmissionConfig Admission { get; init; } = AdmissionConfig.Default;

    /// <summary>Port of a node's kubelet where its status does not say.</summary>
    public int KubeletPort { get; init; } = 10_250;

    /// <summary>How much of the server clients may hold.</summary>
    internal ServingLimits Limits { get; init; } = new();

    /// <summary>Addresses that nodes and pods may have although the server connects to none such; for tests, whose nodes and pods listen on loopback.</summary>
    internal Func<IPAddress, bool> ReachesAlso { get; init; } = static _ => false;
}
