using System.Text;

namespace Navarch.Kubelet.Pods;

/// <summary>The text of a pod's /etc/hosts, which all its containers share.</summary>
internal static class HostsFile
{
    // Tools look for the first line to see whether the file is the kubelet's.
    private const string Marker = "# Kubernetes-managed hosts file";

    public static string OfPod(IEnumerable<string> ips, string hostname, string? domain, IEnumerable<(string IP, IReadOnlyList<string> Names)> aliases)
    {
        var text = new StringBuilder()
            .Append(Marker).Append(".\n")
            .Append("127.0.0.1\tlocalhost\n")
            .Append("::1\tlocalhost ip6-localhost ip6-loopback\n")
            .Append("fe00::0\tip6-localnet\n")
            .Append("fe00::0\tip6-mcastprefix\n")
            .Append("fe00::1\tip6-allnodes\n")
            .Append("fe00::2\tip6-allrouters\n");
        foreach (var ip in ips)
        {
            text.Append(ip).Append('\t');
            if (!string.IsNullOrEmpty(domain))
            {
                text.Append(hostname).Append('.').Append(domain).Append('\t');
            }
            text.Append(hostname).Append('\n');
        }
        return Append(text, aliases);
    }

    /// <summary>For a pod on the node's network: the node's own file, and the aliases.</summary>
    public static string OfHost(string hostFile, IEnumerable<(string IP, IReadOnlyList<string> Names)> aliases) =>
        Append(new StringBuilder().Append(Marker).Append(" (host network).\n").Append(hostFile), aliases);

    private static string Append(StringBuilder text, IEnumerable<(string IP, IReadOnlyList<string> Names)> aliases)
    {
        var any = false;
        foreach (var (ip, names) in aliases)
        {
            if (!any)
            {
                text.Append("\n# Entries added by HostAliases.\n");
                any = true;
            }
            text.Append(ip).Append('\t').AppendJoin('\t', names).Append('\n');
        }
        return text.ToString();
    }
}
