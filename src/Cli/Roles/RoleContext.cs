using Microsoft.Extensions.Logging;
using Navarch.ApiServer;
using Navarch.ApiServer.Audit;
using Navarch.Client;
using Navarch.Cluster;
using Navarch.Cluster.Profiles;
using Navarch.Controllers;
using Navarch.Kubelet;
using Navarch.Kubelet.Server.Access;
using Navarch.Storage.Etcd;

namespace Navarch.Cli.Roles;

/// <summary>What every part of a cluster is given when it is composed.</summary>
/// <param name="Kubeconfig">How to reach the API server; empty for the file that the profile has for the part.</param>
internal sealed record RoleContext(Profile Profile, ProfilePaths Paths, string Kubeconfig, ILoggerFactory Logs, TimeProvider Time)
{
    /// <summary>Where an API server keeps its objects; null for the profile's own database.</summary>
    public EtcdStoreConfig? Etcd { get; init; }

    /// <summary>What an API server encrypts there; null for what it did before.</summary>
    public IReadOnlyList<string>? EncryptResources { get; init; }

    /// <summary>What an API server records of its requests, by which policy.</summary>
    public (string PolicyFile, AuditLogConfig Log)? Audit { get; init; }

    /// <summary>Whether a part waits for its lease before it acts.</summary>
    public bool ElectsLeader { get; init; } = true;

    /// <summary>Which of several control planes the process belongs to, counted from 1; 0 where there is one.</summary>
    public int Member { get; init; }

    /// <summary>What the process is called among its like.</summary>
    public string MemberName => Member == 0 ? Profile.NodeName : $"{Profile.NodeName}-{Member}";

    /// <summary>What the command line says of certificates that controllers sign.</summary>
    public Func<ControllerConfig, ControllerConfig> Signing { get; init; } = static config => config;

    /// <summary>What the command line says of who is let into an API server.</summary>
    public Func<ApiServerConfig, ApiServerConfig> Access { get; init; } = static config => config;

    /// <summary>Who is let into a kubelet.</summary>
    public AccessConfig NodeAccess { get; init; } = new();

    /// <summary>A client with the identity of a part: <c>scheduler</c>, <c>controller-manager</c>, <c>kubelet</c>, <c>proxy</c>.</summary>
    /// <exception cref="ClusterException">The kubeconfig cannot be used.</exception>
    public RestClient Client(string part) => new(Connection(part), Time);

    /// <summary>How a part reaches the API server.</summary>
    /// <param name="certificateFile">Where a kubelet keeps what it is given by request; empty for other parts.</param>
    /// <exception cref="ClusterException">The kubeconfig cannot be used.</exception>
    public FileValue<ClientConfig> Connection(string part, string certificateFile = "")
    {
        var file = Kubeconfig.Length > 0 ? Kubeconfig : Paths.Kubeconfig(part);
        try
        {
            return certificateFile.Length > 0 ? KubeletConnection.Follow(file, certificateFile, Adapt, Time) : Navarch.Client.Kubeconfig.Follow(file, Adapt, Time);
        }
        catch (KubeconfigException e)
        {
            throw new ClusterException(e.Message.TrimEnd('.'), $"correct {file} or give another with --kubeconfig", e);
        }

        ClientConfig Adapt(ClientConfig config) => config with { UserAgent = $"navarch-{part}/{ThisVersion}" };
    }

    private static string ThisVersion { get; } = typeof(RoleContext).Assembly.GetName().Version?.ToString(3) ?? "0";
}
