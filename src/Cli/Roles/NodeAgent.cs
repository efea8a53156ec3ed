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
internal static class NodeAgent
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
        };
        using var client = context.Client("kubelet");
        var informers = new InformerFactory(client, context.Time, context.Logs, new Random());
        await RoleProcess.TogetherAsync(
            ct,
            token => PodNetworkProcess.RunAsync(NodeNetwork.Pods(profile, paths), informers, context.Logs, context.Time, token),
            token => KubeletProcess.RunAsync(config, client, informers, context.Logs, context.Time, token),
            informers.RunAsync,
            new ImageMirror(profile, paths, context.Logs).RunAsync);
    }

    /// <summary>The DNS server that answers the node's pods. Its address lies on the bridge that the kubelet's process makes.</summary>
    public static async Task DnsAsync(RoleContext context, CancellationToken ct)
    {
        using var client = context.Client("dns");
        await DnsProcess.RunAsync(NodeNetwork.Dns(context.Profile), client, context.Logs, context.Time, new Random(), ct);
    }

    /// <summary>The service proxy.</summary>
    public static async Task ProxyAsync(RoleContext context, CancellationToken ct)
    {
        using var client = context.Client("proxy");
        await ProxyProcess.RunAsync(NodeNetwork.Proxy(context.Profile), client, context.Logs, context.Time, ct);
    }
}
