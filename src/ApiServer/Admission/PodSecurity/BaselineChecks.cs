using System.Collections.Frozen;
using System.Globalization;
using Navarch.Api.Core.V1;
using static Navarch.ApiServer.Admission.PodSecurity.ViolationText;

namespace Navarch.ApiServer.Admission.PodSecurity;

/// <summary>What lets a container out of itself by known ways. Each check answers null where the pod keeps the rule.</summary>
internal static class BaselineChecks
{
    private const string AppArmorPrefix = "container.apparmor.security.beta.kubernetes.io/";
    private const string SeccompPodAnnotation = "seccomp.security.alpha.kubernetes.io/pod";
    private const string SeccompContainerPrefix = "container.seccomp.security.alpha.kubernetes.io/";

    private static readonly FrozenSet<string> DefaultCapabilities = FrozenSet.ToFrozenSet(
    [
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
    ]);

    // Sysctls that are a pod's own, by the minor version that found them so.
    private static readonly FrozenDictionary<string, int> SafeSysctls = new Dictionary<string, int>
    {
        ["kernel.shm_rmid_forced"] = 0,
        ["net.ipv4.ip_local_port_range"] = 0,
        ["net.ipv4.tcp_syncookies"] = 0,
        ["net.ipv4.ping_group_range"] = 0,
        ["net.ipv4.ip_unprivileged_port_start"] = 0,
        ["net.ipv4.ip_local_reserved_ports"] = 27,
        ["net.ipv4.tcp_keepalive_time"] = 29,
        ["net.ipv4.tcp_fin_timeout"] = 29,
        ["net.ipv4.tcp_keepalive_intvl"] = 29,
        ["net.ipv4.tcp_keepalive_probes"] = 29,
        ["net.ipv4.tcp_rmem"] = 32,
        ["net.ipv4.tcp_wmem"] = 32,
    }.ToFrozenDictionary();

    public static Violation? AppArmor(PodView pod)
    {
        static bool IsBad(AppArmorProfile? profile) => profile is not null && profile.Type is not ("RuntimeDefault" or "Localhost");
        var containers = pod.Where(static c => IsBad(c.Context.AppArmorProfile));
        var values = new SortedSet<string>(pod.Containers.Select(static c => c.Context.AppArmorProfile).Append(pod.Context.AppArmorProfile).Where(IsBad).Select(static p => p!.Type), StringComparer.Ordinal);
        var annotations = pod.Annotations
            .Where(static one => one.Key.StartsWith(AppArmorPrefix, StringComparison.Ordinal) && one.Value is not ("" or "runtime/default") && !one.Value.StartsWith("localhost/", StringComparison.Ordinal))
            .Select(static one => $"{one.Key}=\"{one.Value}\"").Order(StringComparer.Ordinal).ToList();
        List<string> setters = [];
        if (Setters(IsBad(pod.Context.AppArmorProfile), containers) is { Length: > 0 } explicitly)
        {
            setters.Add(explicitly);
        }

        if (annotations.Count > 0)
        {
            setters.Add(Plural("annotation", annotations));
        }

        var bad = values.Concat(annotations).ToList();
        return setters.Count == 0 ? null : new Violation(Plural("forbidden AppArmor profile", bad), $"{string.Join(" and ", setters)} must not set AppArmor profile type to {Quoted(bad)}");
    }

    public static Violation? Capabilities(PodView pod)
    {
        var containers = pod.Where(static c => c.Context.Capabilities?.Add.Any(static one => !DefaultCapabilities.Contains(one)) == true);
        return containers.Count == 0 ? null : new Violation(
            "non-default capabilities",
            $"{Containers(containers)} must not include {Quoted(Sorted(pod.Containers.SelectMany(static c => c.Context.Capabilities?.Add ?? []).Where(static one => !DefaultCapabilities.Contains(one))))} in securityContext.capabilities.add");
    }

    public static Violation? HostNamespaces(PodView pod)
    {
        List<string> used = [];
        if (pod.Spec.HostNetwork)
        {
            used.Add("hostNetwork=true");
        }

        if (pod.Spec.HostPID)
        {
            used.Add("hostPID=true");
        }

        if (pod.Spec.HostIPC)
        {
            used.Add("hostIPC=true");
        }

        return used.Count == 0 ? null : new Violation("host namespaces", string.Join(", ", used));
    }

    public static Violation? HostPaths(PodView pod)
    {
        var volumes = pod.Spec.Volumes.Where(static volume => volume.HostPath is not null).Select(static volume => volume.Name).ToList();
        return volumes.Count == 0 ? null : new Violation("hostPath volumes", $"{Plural("volume", volumes)} {Quoted(volumes)}");
    }

    public static Violation? HostPorts(PodView pod)
    {
        var containers = pod.Where(static c => c.Ports.Any(static port => port.HostPort != 0));
        if (containers.Count == 0)
        {
            return null;
        }

        var ports = Sorted(pod.Containers.SelectMany(static c => c.Ports).Where(static port => port.HostPort != 0).Select(static port => port.HostPort.ToString(CultureInfo.InvariantCulture)));
        return new Violation("hostPort", $"{Containers(containers)} {(containers.Count == 1 ? "uses" : "use")} {Plural("hostPort", ports)} {string.Join(", ", ports)}");
    }

    /// <summary>A probe that asks another host makes the node ask it: since 1.34.</summary>
    public static Violation? ProbeHosts(PodView pod)
    {
        var containers = Sorted(pod.Where(static c => HostsOf(c).Any()));
        var hosts = Sorted(pod.Containers.SelectMany(HostsOf));
        return containers.Count == 0 ? null : new Violation(
            "probe or lifecycle host", $"{Containers(containers)} {(containers.Count == 1 ? "uses" : "use")} {Plural("probe or lifecycle host", hosts)} {Quoted(hosts)}");
    }

    public static Violation? Privileged(PodView pod)
    {
        var containers = pod.Where(static c => c.Context.Privileged == true);
        return containers.Count == 0 ? null : new Violation("privileged", $"{Containers(containers)} must not set securityContext.privileged=true");
    }

    public static Violation? ProcMount(PodView pod)
    {
        static bool IsBad(ContainerView container) => container.Context.ProcMount is not (null or "Default");
        var containers = pod.Where(IsBad);
        return containers.Count == 0 ? null : new Violation(
            "procMount", $"{Containers(containers)} must not set securityContext.procMount to {Quoted(Sorted(pod.Containers.Where(IsBad).Select(static c => c.Context.ProcMount!)))}");
    }

    public static Violation? SELinux(PodView pod, int minor)
    {
        bool IsAllowed(string type) => type is "" or "container_t" or "container_init_t" or "container_kvm_t" || (type == "container_engine_t" && minor >= 31);
        bool IsBad(SELinuxOptions? options) => options is not null && (!IsAllowed(options.Type) || options.User.Length > 0 || options.Role.Length > 0);
        var all = pod.Containers.Select(static c => c.Context.SELinuxOptions).Append(pod.Context.SELinuxOptions).OfType<SELinuxOptions>().ToList();
        var setters = Setters(IsBad(pod.Context.SELinuxOptions), pod.Where(c => IsBad(c.Context.SELinuxOptions)));
        if (setters.Length == 0)
        {
            return null;
        }

        List<string> problems = [];
        var types = Sorted(all.Select(static one => one.Type).Where(type => !IsAllowed(type)));
        if (types.Count > 0)
        {
            problems.Add($"{Plural("type", types)} {Quoted(types)}");
        }

        if (all.Exists(static one => one.User.Length > 0))
        {
            problems.Add("user may not be set");
        }

        if (all.Exists(static one => one.Role.Length > 0))
        {
            problems.Add("role may not be set");
        }

        return new Violation("seLinuxOptions", $"{setters} set forbidden securityContext.seLinuxOptions: {string.Join("; ", problems)}");
    }

    /// <summary>Before 1.19 profiles were annotations.</summary>
    public static Violation? SeccompAnnotations(PodView pod)
    {
        static bool IsBad(string value) => value is not ("runtime/default" or "docker/default") && !value.StartsWith("localhost/", StringComparison.Ordinal);
        var bad = Sorted(pod.Containers.Select(static c => SeccompContainerPrefix + c.Name).Append(SeccompPodAnnotation)
            .Where(key => pod.Annotations.TryGetValue(key, out var value) && IsBad(value)).Select(key => $"{key}=\"{pod.Annotations[key]}\""));
        return bad.Count == 0 ? null : new Violation("seccompProfile", $"forbidden {Plural("annotation", bad)} {string.Join(", ", bad)}");
    }

    public static Violation? Seccomp(PodView pod)
    {
        var setters = Setters(IsBadSeccomp(pod.Context.SeccompProfile), pod.Where(static c => IsBadSeccomp(c.Context.SeccompProfile)));
        return setters.Length == 0 ? null : new Violation("seccompProfile", $"{setters} must not set securityContext.seccompProfile.type to {Quoted(BadSeccompTypes(pod))}");
    }

    public static Violation? Sysctls(PodView pod, int minor)
    {
        var bad = pod.Context.Sysctls.Select(static one => one.Name).Where(name => !SafeSysctls.TryGetValue(name, out var since) || since > minor).ToList();
        return bad.Count == 0 ? null : new Violation("forbidden sysctls", string.Join(", ", bad));
    }

    public static Violation? HostProcess(PodView pod)
    {
        var setters = Setters(pod.Context.WindowsOptions?.HostProcess == true, pod.Where(static c => c.Context.WindowsOptions?.HostProcess == true));
        return setters.Length == 0 ? null : new Violation("hostProcess", $"{setters} must not set securityContext.windowsOptions.hostProcess=true");
    }

    public static bool IsBadSeccomp(SeccompProfile? profile) => profile is not null && profile.Type is not ("RuntimeDefault" or "Localhost");

    public static IReadOnlyList<string> BadSeccompTypes(PodView pod) =>
        Sorted(pod.Containers.Select(static c => c.Context.SeccompProfile).Append(pod.Context.SeccompProfile).Where(IsBadSeccomp).Select(static profile => profile!.Type));

    public static IReadOnlyList<string> Sorted(IEnumerable<string> values) => [.. values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> HostsOf(ContainerView container)
    {
        string?[] hosts =
        [
            .. container.Probes.SelectMany(static probe => (string?[])[probe?.HTTPGet?.Host, probe?.TCPSocket?.Host]),
            container.Lifecycle?.PostStart?.HTTPGet?.Host, container.Lifecycle?.PostStart?.TCPSocket?.Host,
            container.Lifecycle?.PreStop?.HTTPGet?.Host, container.Lifecycle?.PreStop?.TCPSocket?.Host,
        ];
        return hosts.OfType<string>().Where(static host => host.Length > 0);
    }
}
