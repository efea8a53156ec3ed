using System.Text;
using Navarch.Api.Core.V1;
using Navarch.Kubelet.Cgroups;
using Navarch.Kubelet.Cri.V1;
using Navarch.Kubelet.Logs;

namespace Navarch.Kubelet.Pods;

/// <summary>What the runtime is told of a pod as a whole.</summary>
internal sealed class SandboxConfigs(KubeletConfig config, PodCgroups cgroups, LogFiles logs)
{
    // A list of the 110 pods that a node has must fit into one answer of the runtime, which has 16 MiB: a node whose pods
    // cannot be listed has failed, for all of them.
    private const int HintBytesMax = 100 * 1024;

    public PodSandboxConfig Of(Pod pod, int attempt, ResolvConf host)
    {
        var meta = pod.Metadata;
        var resolver = PodNetwork.Resolver(pod, config, host);
        var sandbox = new PodSandboxConfig
        {
            Metadata = new PodSandboxMetadata { Name = meta.Name, Namespace = meta.Namespace, Uid = meta.UID, Attempt = (uint)attempt },
            // In the node's network a pod has the node's name, which it must not set: runtimes refuse to start it.
            Hostname = pod.Spec.HostNetwork ? "" : PodNetwork.Hostname(pod, config),
            LogDirectory = logs.PodDirectory(meta.Namespace, meta.Name, meta.UID),
            DnsConfig = new DNSConfig { Servers = { resolver.Servers }, Searches = { resolver.Searches }, Options = { resolver.Options } },
            PortMappings = { PodNetwork.PortMappings(pod) },
            Linux = new LinuxPodSandboxConfig
            {
                CgroupParent = cgroups.OfPod(PodResources.QosClass(pod.Spec), meta.UID),
                SecurityContext = new LinuxSandboxSecurityContext
                {
                    NamespaceOptions = SecurityRules.Namespaces(pod),
                    Privileged = pod.Spec.Containers.Concat(pod.Spec.InitContainers).Any(container => container.SecurityContext?.Privileged == true),
                    // The sandbox's process does nothing, so it loses nothing by the strictest profile.
                    Seccomp = new SecurityProfile { ProfileType = SecurityProfile.Types.ProfileType.RuntimeDefault },
                },
            },
        };
        // Hints for the runtime, which tells them again with every list.
        if (meta.Labels.Concat(meta.Annotations).Sum(entry => Encoding.UTF8.GetByteCount(entry.Key) + Encoding.UTF8.GetByteCount(entry.Value)) <= HintBytesMax)
        {
            foreach (var (key, value) in meta.Labels)
            {
                sandbox.Labels[key] = value;
            }
            foreach (var (key, value) in meta.Annotations)
            {
                sandbox.Annotations[key] = value;
            }
        }
        foreach (var (key, value) in Labels(pod))
        {
            sandbox.Labels[key] = value;
        }
        foreach (var sysctl in pod.Spec.SecurityContext?.Sysctls ?? [])
        {
            sandbox.Linux.Sysctls[SysctlRules.Normalize(sysctl.Name)] = sysctl.Value;
        }
        return sandbox;
    }

    public static Dictionary<string, string> Labels(Pod pod) => new(StringComparer.Ordinal)
    {
        [RuntimeLabels.PodName] = pod.Metadata.Name,
        [RuntimeLabels.PodNamespace] = pod.Metadata.Namespace,
        [RuntimeLabels.PodUid] = pod.Metadata.UID,
    };
}
