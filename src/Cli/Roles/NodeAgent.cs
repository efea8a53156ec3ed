using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Navarch.Client;
using Navarch.Cluster.Certificates;
using Navarch.Cluster.Images;
using Navarch.Cluster.Lifecycle;
using Navarch.Cluster.Machine;
using Navarch.Dns;
using Navarch.Kubelet;
using Navarch.Network.Pods;
using Navarch.Network.Services;

namespace Navarch.Cli.Roles;

/// <summary>The parts of a node, each written out with what it is given.</summary>
internal static partial class NodeAgent
{
    /// <summary>Kubelet, service proxy and DNS in one process.</summary>
    public static Task RunAsync(RoleContext context, CancellationToken ct)
    {
        List<Func<CancellationToken, Task>> parts = [token => KubeletAsync(context, token), token => ProxyAsync(context, token)];
        if (!context.Profile.LeavesDnsToOthers)
        {
            parts.Add(token => DnsAsync(context, token));
        }

        return RoleProcess.TogetherAsync(ct, parts);
    }

    /// <summary>The kubelet, with what its pods need besides a runtime: a network, and images that no registry has.</summary>
    public static async Task KubeletAsync(RoleContext context, CancellationToken ct)
    {
        var (profile, paths) = (context.Profile, context.Paths);
        var config = new KubeletConfig
        {
            NodeName = profile.NodeName,
            NodeIP = MachineAddresses.Primary().ToString(),
            RuntimeEndpoint = paths.ContainerdSocket,
            RootDirectory = paths.Kubelet,
            PodLogsDirectory = paths.PodLogs,
            ListenPort = profile.KubeletPort,
            TlsCertFile = paths.Certificate(ClusterCertificates.Kubelet),
            TlsKeyFile = paths.Key(ClusterCertificates.Kubelet),
            ClientCAFile = paths.Certificate(ClusterCertificates.Authority),
            Access = context.NodeAccess,
            CgroupParent = profile.CgroupParent,
            ClusterDns = [profile.Addresses.DnsServiceAddress.ToString()],
            CertificateDirectory = paths.KubeletPki,
        };
        var connection = context.Connection("kubelet", config.ClientCertificateFile);
        if (connection.Current is { Certificate: null, Token: var token } && BootstrapToken().IsMatch(token))
        {
            using var stranger = new RestClient(connection.Current, context.Time);
            await Renewal(stranger).EnsureAsync(ct);
            connection = context.Connection("kubelet", config.ClientCertificateFile);
        }

        using var client = new RestClient(connection, context.Time);
        var informers = new InformerFactory(client, context.Time, context.Logs, new Random());
        await RoleProcess.TogetherAsync(
            ct,
            token => PodNetworkProcess.RunAsync(NodeNetwork.Pods(profile, paths), informers, context.Logs, context.Time, token),
            token => KubeletProcess.RunAsync(config, client, informers, context.Logs, context.Time, token),
            informers.RunAsync,
            token => connection.Current.Certificate is null ? Task.Delay(Timeout.Infinite, token) : Renewal(client).RunAsync(token), // Who comes with a token of another kind has it renewed elsewhere.
            new ImageMirror(profile, paths, context.Logs).RunAsync);

        CertificateRenewal Renewal(IClient by) => new(
            CertificateWish.KubeletClient(profile.NodeName), config.ClientCertificateFile, () => connection.Current.Certificate, by, context.Time, new Random(), context.Logs.CreateLogger<CertificateRenewal>());
    }

    /// <summary>The DNS server that answers the node's pods. Its address lies on the bridge that the kubelet's process makes.</summary>
    public static async Task DnsAsync(RoleContext context, CancellationToken ct)
    {
        using var client = context.Client("dns");
        await DnsProcess.RunAsync(NodeNetwork.Dns(context.Profile), client, context.Logs, context.Time, new Random(), ct);
    }
    // An id and a secret, as a Secret of type bootstrap.kubernetes.io/token has them.
    [GeneratedRegex(@"^[a-z0-9]{6}\.[a-z0-9]{16}$")]
    private static partial Regex BootstrapToken();

    /// <summary>The service proxy.</summary>
    public static async Task ProxyAsync(RoleContext context, CancellationToken ct)
    {
        using var client = context.Client("proxy");
        await ProxyProcess.RunAsync(NodeNetwork.Proxy(context.Profile), client, context.Logs, context.Time, ct);
    }
}
