using Navarch.Api;
using Navarch.Api.Core.V1;

namespace Navarch.ApiServer.Admission.PodSecurity;

/// <summary>The rules of each level, in the order in which they are told.</summary>
internal static class PodSecurityChecks
{
    /// <summary>What a pod would have to change to be of the policy's level; nothing where it is.</summary>
    public static IReadOnlyList<Violation> Find(PodSecurityPolicy policy, Map<string> annotations, PodSpec spec)
    {
        if (policy.Level == SecurityLevel.Privileged)
        {
            return [];
        }

        var pod = new PodView(annotations, spec);
        var isRestricted = policy.Level == SecurityLevel.Restricted;
        return [.. Baseline(pod, policy.Minor, isRestricted).Concat(isRestricted ? Restricted(pod, policy.Minor) : []).OfType<Violation>()];
    }

    /// <param name="isRestricted">Rules that a restricted one is stricter than are left to that.</param>
    private static IEnumerable<Violation?> Baseline(PodView pod, int minor, bool isRestricted)
    {
        yield return BaselineChecks.AppArmor(pod);
        yield return isRestricted && minor >= 22 ? null : BaselineChecks.Capabilities(pod);
        yield return BaselineChecks.HostNamespaces(pod);
        yield return isRestricted ? null : BaselineChecks.HostPaths(pod);
        yield return BaselineChecks.HostPorts(pod);
        yield return minor >= 34 ? BaselineChecks.ProbeHosts(pod) : null;
        yield return BaselineChecks.Privileged(pod);
        yield return minor >= 35 && (isRestricted || pod.HasOwnUsers) ? null : BaselineChecks.ProcMount(pod);
        yield return BaselineChecks.SELinux(pod, minor);
        yield return minor < 19 ? BaselineChecks.SeccompAnnotations(pod) : isRestricted ? null : BaselineChecks.Seccomp(pod);
        yield return BaselineChecks.Sysctls(pod, minor);
        yield return BaselineChecks.HostProcess(pod);
    }

    // A pod of Windows has no such things to say since 1.25, and root of its own is harmless since 1.35.
    private static IEnumerable<Violation?> Restricted(PodView pod, int minor)
    {
        var isExempt = minor >= 25 && pod.IsWindows;
        var mayBeRoot = minor >= 35 && pod.HasOwnUsers;
        yield return minor < 8 || isExempt ? null : RestrictedChecks.PrivilegeEscalation(pod);
        yield return minor < 22 || isExempt ? null : RestrictedChecks.Capabilities(pod);
        yield return minor >= 35 ? BaselineChecks.ProcMount(pod) : null;
        yield return RestrictedChecks.Volumes(pod);
        yield return mayBeRoot ? null : RestrictedChecks.NonRoot(pod);
        yield return minor < 23 || mayBeRoot ? null : RestrictedChecks.RootUser(pod);
        yield return minor < 19 || isExempt ? null : RestrictedChecks.Seccomp(pod);
    }
}
