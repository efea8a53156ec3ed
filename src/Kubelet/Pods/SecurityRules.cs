using Navarch.Api.Core.V1;
using Navarch.Kubelet.Cri.V1;
using Container = Navarch.Api.Core.V1.Container;

namespace Navarch.Kubelet.Pods;

/// <summary>What a container may do: its own security context, and the pod's where it says nothing.</summary>
internal static class SecurityRules
{
    /// <param name="seccompDirectory">Where profiles of the node lie.</param>
    public static LinuxContainerSecurityContext Of(Pod pod, Container container, string seccompDirectory)
    {
        var own = container.SecurityContext ?? SecurityContext.Empty;
        var shared = pod.Spec.SecurityContext ?? PodSecurityContext.Empty;
        var context = new LinuxContainerSecurityContext
        {
            Privileged = own.Privileged == true,
            ReadonlyRootfs = own.ReadOnlyRootFilesystem == true,
            NoNewPrivs = own.AllowPrivilegeEscalation == false,
            NamespaceOptions = Namespaces(pod),
            Seccomp = Seccomp(own.SeccompProfile ?? shared.SeccompProfile, seccompDirectory),
            Apparmor = AppArmor(own.AppArmorProfile ?? shared.AppArmorProfile),
        };
        if ((own.SELinuxOptions ?? shared.SELinuxOptions) is { } selinux)
        {
            context.SelinuxOptions = new SELinuxOption { User = selinux.User, Role = selinux.Role, Type = selinux.Type, Level = selinux.Level };
        }
        if ((own.RunAsUser ?? shared.RunAsUser) is { } user)
        {
            context.RunAsUser = new Int64Value { Value = user };
        }
        if ((own.RunAsGroup ?? shared.RunAsGroup) is { } group)
        {
            context.RunAsGroup = new Int64Value { Value = group };
        }
        if (shared.FSGroup is { } fsGroup)
        {
            context.SupplementalGroups.Add(fsGroup);
        }
        context.SupplementalGroups.Add(shared.SupplementalGroups);
        if (own.Capabilities is { } capabilities)
        {
            context.Capabilities = new Capability();
            context.Capabilities.AddCapabilities.Add(capabilities.Add);
            context.Capabilities.DropCapabilities.Add(capabilities.Drop);
        }
        return context;
    }

    public static NamespaceOption Namespaces(Pod pod) => new()
    {
        Network = pod.Spec.HostNetwork ? NamespaceMode.Node : NamespaceMode.Pod,
        Pid = pod.Spec.HostPID ? NamespaceMode.Node : pod.Spec.ShareProcessNamespace == true ? NamespaceMode.Pod : NamespaceMode.Container,
        Ipc = pod.Spec.HostIPC ? NamespaceMode.Node : NamespaceMode.Pod,
    };

    /// <summary>Refuses a container that must not run as root and would, or might.</summary>
    /// <param name="imageUid">The image's user, if it is a number.</param>
    /// <param name="imageUser">The image's user, if it is a name.</param>
    /// <exception cref="ConfigurationException">It would, or might.</exception>
    public static void RequireNonRoot(Pod pod, Container container, long? imageUid, string imageUser)
    {
        var own = container.SecurityContext;
        var shared = pod.Spec.SecurityContext;
        if ((own?.RunAsNonRoot ?? shared?.RunAsNonRoot) != true)
        {
            return;
        }
        var where = $"(pod: \"{PodPlan.Describe(pod)}\", container: {container.Name})";
        switch (own?.RunAsUser ?? shared?.RunAsUser, imageUid)
        {
            case (0, _):
                throw new ConfigurationException($"container's runAsUser breaks non-root policy {where}");
            case (not null, _):
                return;
            case (null, null) when imageUser.Length > 0:
                throw new ConfigurationException(
                    $"container has runAsNonRoot and image has non-numeric user ({imageUser}), cannot verify user is non-root {where}");
            case (null, 0 or null):
                throw new ConfigurationException($"container has runAsNonRoot and image will run as root {where}");
        }
    }

    /// <summary>Null leaves it to the runtime, whose own profile confines all but privileged containers.</summary>
    private static SecurityProfile? AppArmor(AppArmorProfile? profile) => profile?.Type switch
    {
        null => null,
        AppArmorProfileType.Unconfined => new SecurityProfile { ProfileType = SecurityProfile.Types.ProfileType.Unconfined },
        AppArmorProfileType.Localhost => new SecurityProfile
        {
            ProfileType = SecurityProfile.Types.ProfileType.Localhost, LocalhostRef = profile.LocalhostProfile ?? "",
        },
        _ => new SecurityProfile { ProfileType = SecurityProfile.Types.ProfileType.RuntimeDefault },
    };

    private static SecurityProfile Seccomp(SeccompProfile? profile, string directory) => profile?.Type switch
    {
        SeccompProfileType.RuntimeDefault => new SecurityProfile { ProfileType = SecurityProfile.Types.ProfileType.RuntimeDefault },
        SeccompProfileType.Localhost => new SecurityProfile
        {
            ProfileType = SecurityProfile.Types.ProfileType.Localhost,
            LocalhostRef = Path.Combine(directory, profile.LocalhostProfile ?? ""),
        },
        _ => new SecurityProfile { ProfileType = SecurityProfile.Types.ProfileType.Unconfined },
    };
}
