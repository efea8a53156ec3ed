using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Kubelet.Cgroups;

namespace Navarch.Kubelet.Pods;

/// <summary>What containers ask for and may use, added up for pods, in the kernel's units.</summary>
internal static class PodResources
{
    private const string Cpu = ResourceName.ResourceCPU;
    private const string Memory = ResourceName.ResourceMemory;

    /// <summary>Guaranteed: all limits are set and asked for; BestEffort: nothing is; Burstable: the rest.</summary>
    public static string QosClass(PodSpec spec)
    {
        var all = spec.InitContainers.Concat(spec.Containers).Select(container => container.Resources).ToList();
        if (!all.Any(resources => Asks(resources.Requests) || Asks(resources.Limits)))
        {
            return PodQOSClass.PodQOSBestEffort;
        }
        var guaranteed = all.All(resources => ((string[])[Cpu, Memory]).All(name =>
            resources.Limits.TryGetValue(name, out var limit) && limit.Value > 0
            && (!resources.Requests.TryGetValue(name, out var request) || request.Value == limit.Value)));
        return guaranteed ? PodQOSClass.PodQOSGuaranteed : PodQOSClass.PodQOSBurstable;

        static bool Asks(Map<Quantity> resources) => resources.Any(entry => entry.Key is Cpu or Memory && entry.Value.Value > 0);
    }

    /// <summary>Limits of the group around all containers. A limit holds for the pod only if every container has one.</summary>
    public static CgroupLimits OfPod(PodSpec spec)
    {
        var limitsCpu = Every(spec, Cpu);
        var limitsMemory = Every(spec, Memory);
        return new CgroupLimits(
            CpuTime.Shares((long)(RequestOf(spec, Cpu) * 1000)),
            limitsCpu ? CpuTime.Quota((long)(LimitOf(spec, Cpu) * 1000)) : 0,
            limitsMemory ? (long)LimitOf(spec, Memory) : 0);
    }

    /// <summary>What the pod needs of a resource: its containers together, or its largest init container before them.</summary>
    public static decimal RequestOf(PodSpec spec, string resource) =>
        Sum(spec, container => (container.Resources.Requests.TryGetValue(resource, out var request) ? request
            : container.Resources.Limits.Find(resource)).Value) + spec.Overhead.Find(resource).Value;

    /// <summary>
    /// Which container the kernel kills first when memory runs out: those that asked for nothing, then those that asked
    /// for little, and the guaranteed ones only when nothing else is left.
    /// </summary>
    public static int OomScoreAdjust(PodSpec spec, Container container, long nodeMemoryBytes)
    {
        switch (QosClass(spec))
        {
            case PodQOSClass.PodQOSGuaranteed:
                return -997;
            case PodQOSClass.PodQOSBestEffort:
                return 1000;
        }
        var request = container.Resources.Requests.Find(Memory).Value;
        var score = nodeMemoryBytes > 0 ? 1000 - (int)(1000 * request / nodeMemoryBytes) : 999;
        // Between the two others, whatever was asked for.
        return Math.Clamp(score, 3, 999);
    }

    private static decimal LimitOf(PodSpec spec, string resource) => Sum(spec, container => container.Resources.Limits.Find(resource).Value);

    private static bool Every(PodSpec spec, string resource) =>
        spec.InitContainers.Concat(spec.Containers).All(container => container.Resources.Limits.Find(resource).Value > 0);

    private static decimal Sum(PodSpec spec, Func<Container, decimal> amount)
    {
        var together = spec.Containers.Sum(amount);
        var (sidecars, initMax) = (0m, 0m);
        foreach (var init in spec.InitContainers)
        {
            if (RestartRules.IsSidecar(init))
            {
                sidecars += amount(init);
                initMax = Math.Max(initMax, sidecars);
            }
            else
            {
                initMax = Math.Max(initMax, sidecars + amount(init));
            }
        }
        return Math.Max(together + sidecars, initMax);
    }
}
