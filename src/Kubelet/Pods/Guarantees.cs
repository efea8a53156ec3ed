using Navarch.Api.Core.V1;

namespace Navarch.Kubelet.Pods;

/// <summary>
/// What a pod is promised beyond room: settings that fence it in. What this node cannot keep it refuses, as
/// a pod that runs with less than its definition says looks safe and is not. Reasons and texts are upstream's.
/// </summary>
internal static class Guarantees
{
    /// <summary>Whether the kernel of this machine has AppArmor.</summary>
    public static bool HasAppArmor { get; } =
        File.Exists("/sys/module/apparmor/parameters/enabled") && File.ReadAllText("/sys/module/apparmor/parameters/enabled").StartsWith('Y');

    /// <returns>What cannot be kept; null when all can.</returns>
    public static Rejection? Check(Pod pod, bool hasAppArmor)
    {
        var shared = pod.Spec.SecurityContext ?? PodSecurityContext.Empty;
        if (shared.SupplementalGroupsPolicy == SupplementalGroupsPolicy.Strict)
        {
            return new Rejection("SupplementalGroupsPolicyNotSupported", "SupplementalGroupsPolicy=Strict is not supported in this node");
        }
        var profiles = pod.Spec.InitContainers.Concat(pod.Spec.Containers).Select(container => container.SecurityContext?.AppArmorProfile).Append(shared.AppArmorProfile);
        return !hasAppArmor && profiles.Any(profile => profile is { Type: not AppArmorProfileType.Unconfined })
            ? new Rejection("AppArmor", "Cannot enforce AppArmor: AppArmor is not enabled on the host")
            : null;
    }
}
