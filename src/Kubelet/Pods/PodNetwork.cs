using Navarch.Api.Core.V1;
using Navarch.Kubelet.Cri.V1;

namespace Navarch.Kubelet.Pods;

/// <summary>Names and name servers of a pod. Pure but for what the node's own files say, which are given.</summary>
internal static class PodNetwork
{
    // The kernel's limit for a host name.
    private const int HostnameLengthMax = 63;

    // Names with fewer dots are tried with the search domains first, so that "db.prod" finds the cluster's service.
    private const string ClusterOption = "ndots:5";

    public static string Hostname(Pod pod, KubeletConfig config)
    {
        if (pod.Spec.HostNetwork)
        {
            return config.NodeName;
        }
        if (pod.Spec.HostnameOverride is { Length: > 0 } name)
        {
            return name;
        }
        var hostname = pod.Spec.Hostname.Length > 0 ? pod.Spec.Hostname : pod.Metadata.Name;
        if (hostname.Length > HostnameLengthMax)
        {
            hostname = hostname[..HostnameLengthMax].TrimEnd('-', '.');
        }
        return pod.Spec.SetHostnameAsFQDN == true && Domain(pod, config) is { } domain ? $"{hostname}.{domain}" : hostname;
    }

    /// <summary>The domain that the pod's name is below, for pods of a headless service.</summary>
    public static string? Domain(Pod pod, KubeletConfig config) =>
        pod.Spec.Subdomain.Length > 0 && string.IsNullOrEmpty(pod.Spec.HostnameOverride)
            ? $"{pod.Spec.Subdomain}.{pod.Metadata.Namespace}.svc.{config.ClusterDomain}"
            : null;

    /// <param name="host">The node's own resolver configuration.</param>
    public static ResolvConf Resolver(Pod pod, KubeletConfig config, ResolvConf host)
    {
        var policy = pod.Spec.DNSPolicy;
        var usesCluster = config.ClusterDns.Count > 0
            && (policy == DNSPolicy.DNSClusterFirstWithHostNet || (policy is DNSPolicy.DNSClusterFirst or "" && !pod.Spec.HostNetwork));
        var resolver = policy == DNSPolicy.DNSNone ? ResolvConf.Empty
            : !usesCluster ? host
            : new ResolvConf(
                config.ClusterDns,
                [$"{pod.Metadata.Namespace}.svc.{config.ClusterDomain}", $"svc.{config.ClusterDomain}", config.ClusterDomain, .. host.Searches],
                [.. host.Options, ClusterOption]);
        if (pod.Spec.DNSConfig is { } own)
        {
            resolver = new ResolvConf(
                [.. resolver.Servers, .. own.Nameservers],
                [.. resolver.Searches, .. own.Searches],
                [.. resolver.Options, .. own.Options.Select(option => option.Value is { Length: > 0 } value ? $"{option.Name}:{value}" : option.Name)]);
        }
        return resolver.Limited();
    }

    public static string HostsText(Pod pod, KubeletConfig config, IReadOnlyList<string> ips, string hostFile)
    {
        var aliases = pod.Spec.HostAliases.Select(alias => (alias.IP, alias.Hostnames));
        return pod.Spec.HostNetwork
            ? HostsFile.OfHost(hostFile, aliases)
            : HostsFile.OfPod(ips, Hostname(pod, config).Split('.')[0], Domain(pod, config), aliases);
    }

    /// <summary>The ports that the node forwards to the pod.</summary>
    public static IEnumerable<PortMapping> PortMappings(Pod pod) => pod.Spec.HostNetwork
        ? []
        : pod.Spec.Containers.Concat(pod.Spec.InitContainers.Where(RestartRules.IsSidecar))
            .SelectMany(container => container.Ports)
            .Where(port => port.HostPort > 0)
            .Select(port => new PortMapping
            {
                HostPort = port.HostPort,
                ContainerPort = port.ContainerPortValue,
                HostIp = port.HostIP,
                Protocol = port.Protocol switch { "UDP" => Cri.V1.Protocol.Udp, "SCTP" => Cri.V1.Protocol.Sctp, _ => Cri.V1.Protocol.Tcp },
            });
}
