using Navarch.Api.Core.V1;

namespace Navarch.Kubelet.Pods;

/// <summary>
/// Which parameters of the kernel a pod may set: those of its own namespaces by which it can take nothing from others. Pure.
/// </summary>
internal static class SysctlRules
{
    private const string OfIpc = "ipc";
    private const string OfNetwork = "net";

    private static readonly Dictionary<string, string> Safe = new(StringComparer.Ordinal)
    {
        ["kernel.shm_rmid_forced"] = OfIpc,
        ["net.ipv4.ip_local_port_range"] = OfNetwork,
        ["net.ipv4.ip_local_reserved_ports"] = OfNetwork,
        ["net.ipv4.ip_unprivileged_port_start"] = OfNetwork,
        ["net.ipv4.ping_group_range"] = OfNetwork,
        ["net.ipv4.tcp_fin_timeout"] = OfNetwork,
        ["net.ipv4.tcp_keepalive_intvl"] = OfNetwork,
        ["net.ipv4.tcp_keepalive_probes"] = OfNetwork,
        ["net.ipv4.tcp_keepalive_time"] = OfNetwork,
        ["net.ipv4.tcp_rmem"] = OfNetwork,
        ["net.ipv4.tcp_syncookies"] = OfNetwork,
        ["net.ipv4.tcp_wmem"] = OfNetwork,
    };

    /// <summary>The name as runtimes know it: <c>a.b.c</c>, or <c>a/b/c</c> where a part has dots of its own.</summary>
    public static string Normalize(string name) =>
        name.IndexOfAny(['.', '/']) is >= 0 and var first && name[first] == '/'
            ? string.Concat(name.Select(letter => letter switch { '/' => '.', '.' => '/', _ => letter }))
            : name;

    /// <returns>Why the pod cannot run here; null when it can.</returns>
    public static Rejection? Check(PodSpec spec)
    {
        foreach (var sysctl in spec.SecurityContext?.Sysctls ?? [])
        {
            if (!Safe.TryGetValue(Normalize(sysctl.Name), out var space))
            {
                return Forbidden($"\"{sysctl.Name}\" not allowlisted");
            }
            if (space == OfNetwork ? spec.HostNetwork : spec.HostIPC)
            {
                return Forbidden($"\"{sysctl.Name}\" not allowed with host {space} enabled");
            }
        }
        return null;
    }

    private static Rejection Forbidden(string why) => new("SysctlForbidden", "Pod was rejected: forbidden sysctl: " + why);
}
