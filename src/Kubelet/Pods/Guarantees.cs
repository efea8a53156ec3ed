using Navarch.Api.Core.V1;

namespace Navarch.Kubelet.Pods;

/// <summary>
/// What a pod is promised beyond room: settings that fence it in, or that reach out of it. What this node cannot keep it
/// refuses, as a pod that runs with less than its definition says looks safe and is not. Reasons and texts are upstream's.
/// </summary>
internal static class Guarantees
{
    // Settings of the kernel that are a pod's own and harm no other.
    private static readonly HashSet<string> SafeSysctls = new(StringComparer.Ordinal)
    {
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
    };

    /// <summary>Whether the kernel of this machine has AppArmor.</summary>
    public static bool HasAppArmor { get; } =
        File.Exists("/sys/module/apparmor/parameters/enabled") && File.ReadAllText("/sys/module/apparmor/parameters/enabled").StartsWith('Y');

    /// <returns>What cannot be kept; null when all can.</returns>
    public static Rejection? Check(Pod pod, bool hasAppArmor)
    {
        var shared = pod.Spec.SecurityContext ?? PodSecurityContext.Empty;
        foreach (var sysctl in shared.Sysctls)
        {
            var name = sysctl.Name.Replace('/', '.');
            var problem = !SafeSysctls.Contains(name) ? $"forbidden sysctl: {Quote(sysctl.Name)} not allowlisted"
                : pod.Spec.HostNetwork && name.StartsWith("net.", StringComparison.Ordinal) ? $"forbidden sysctl: {Quote(sysctl.Name)} not allowed with host net enabled"
                : pod.Spec.HostIPC && name.StartsWith("kernel.shm", StringComparison.Ordinal) ? $"forbidden sysctl: {Quote(sysctl.Name)} not allowed with host ipc enabled"
                : null;
            if (problem is not null)
            {
                return new Rejection("SysctlForbidden", problem);
            }
        }
        if (shared.SupplementalGroupsPolicy == SupplementalGroupsPolicy.Strict)
        {
            return new Rejection("SupplementalGroupsPolicyNotSupported", "SupplementalGroupsPolicy=Strict is not supported in this node");
        }
        var profiles = pod.Spec.InitContainers.Concat(pod.Spec.Containers).Select(container => container.SecurityContext?.AppArmorProfile).Append(shared.AppArmorProfile);
        return !hasAppArmor && profiles.Any(profile => profile is { Type: not AppArmorProfileType.Unconfined })
            ? new Rejection("AppArmor", "Cannot enforce AppArmor: AppArmor is not enabled on the host")
            : null;
    }

    private static string Quote(string text) => $"\"{text}\"";
}
