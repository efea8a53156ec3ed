using System.Globalization;
using Navarch.Api.Core.V1;
using Navarch.Kubelet.Cgroups;
using Navarch.Kubelet.Cri.V1;
using Navarch.Kubelet.Logs;
using Container = Navarch.Api.Core.V1.Container;

namespace Navarch.Kubelet.Pods;

/// <summary>What the runtime is told of one container. Pure: everything it refers to has been found before.</summary>
internal sealed class ContainerConfigs(string seccompDirectory, long nodeMemoryBytes, bool isCgroupV2)
{
    /// <param name="image">ID of the image on this node.</param>
    /// <exception cref="ConfigurationException">The arguments are more than a program can be given.</exception>
    public ContainerConfig Of(
        Pod pod, Container container, int attempt, string image, IReadOnlyDictionary<string, string> environment, IEnumerable<Mount> mounts)
    {
        var arguments = new ProgramText();
        string Expand(string text) => arguments.Add(VariableExpansion.Expand(text, name => environment.GetValueOrDefault(name)));
        var config = new ContainerConfig
        {
            Metadata = new ContainerMetadata { Name = container.Name, Attempt = (uint)attempt },
            Image = new ImageSpec { Image = image, UserSpecifiedImage = container.Image },
            Command = { container.Command.Select(Expand) },
            Args = { container.Args.Select(Expand) },
            WorkingDir = container.WorkingDir,
            Envs = { environment.Select(variable => new KeyValue { Key = variable.Key, Value = variable.Value }) },
            Mounts = { mounts },
            LogPath = LogFiles.ContainerFile(container.Name, attempt),
            Stdin = container.Stdin,
            StdinOnce = container.StdinOnce,
            Tty = container.TTY,
            Linux = new LinuxContainerConfig
            {
                Resources = Resources(pod, container),
                SecurityContext = SecurityRules.Of(pod, container, seccompDirectory),
            },
        };
        foreach (var (key, value) in SandboxConfigs.Labels(pod))
        {
            config.Labels[key] = value;
        }
        config.Labels[RuntimeLabels.ContainerName] = container.Name;
        config.Annotations[RuntimeLabels.Hash] = ContainerHash.Of(container);
        config.Annotations[RuntimeLabels.RestartCount] = attempt.ToString(CultureInfo.InvariantCulture);
        config.Annotations[RuntimeLabels.TerminationMessagePath] = container.TerminationMessagePath;
        config.Annotations[RuntimeLabels.TerminationMessagePolicy] = container.TerminationMessagePolicy;
        config.Annotations[RuntimeLabels.GraceSeconds] = PodPlan.GraceOf(pod).TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        return config;
    }

    private LinuxContainerResources Resources(Pod pod, Container container)
    {
        var (requests, limits) = (container.Resources.Requests, container.Resources.Limits);
        var request = requests.TryGetValue(ResourceName.ResourceCPU, out var cpu) ? cpu : limits.Find(ResourceName.ResourceCPU);
        var resources = new LinuxContainerResources
        {
            CpuShares = CpuTime.Shares(request.MilliValue),
            CpuPeriod = CpuTime.Period,
            CpuQuota = CpuTime.Quota(limits.Find(ResourceName.ResourceCPU).MilliValue),
            MemoryLimitInBytes = limits.Find(ResourceName.ResourceMemory).WholeValue,
            OomScoreAdj = PodResources.OomScoreAdjust(pod.Spec, container, nodeMemoryBytes),
        };
        if (isCgroupV2)
        {
            // Half a container is no container: when one process of it is killed for memory, all are.
            resources.Unified["memory.oom.group"] = "1";
        }
        return resources;
    }
}
