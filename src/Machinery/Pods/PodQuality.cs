using Navarch.Api;
using Navarch.Api.Core.V1;

namespace Navarch.Machinery.Pods;

/// <summary>The quality of service a pod gets, from its requests and limits alone.</summary>
public static class PodQuality
{
    /// <summary>
    /// <c>Guaranteed</c> when every container has limits of CPU and memory equal to its requests, <c>BestEffort</c> when none
    /// asks for either, else <c>Burstable</c>. Resources of the pod as a whole decide alone where they are given.
    /// </summary>
    public static string Of(PodSpec spec)
    {
        if (spec.Resources is { } whole && (Has(whole.Requests) || Has(whole.Limits)))
        {
            return IsGuaranteed(whole) ? PodQOSClass.PodQOSGuaranteed : PodQOSClass.PodQOSBurstable;
        }

        var isBestEffort = true;
        var isGuaranteed = true;
        foreach (var container in spec.InitContainers.Concat(spec.Containers))
        {
            isBestEffort &= !Has(container.Resources.Requests) && !Has(container.Resources.Limits);
            isGuaranteed &= IsGuaranteed(container.Resources);
        }

        return isBestEffort ? PodQOSClass.PodQOSBestEffort : isGuaranteed ? PodQOSClass.PodQOSGuaranteed : PodQOSClass.PodQOSBurstable;
    }

    private static bool IsGuaranteed(ResourceRequirements resources) => IsGuaranteed(resources, "cpu") && IsGuaranteed(resources, "memory");

    private static bool IsGuaranteed(ResourceRequirements resources, string name) =>
        resources.Limits.TryGetValue(name, out var limit) && limit.Value > 0
        && (!resources.Requests.TryGetValue(name, out var request) || request.Value == 0 || request.Value == limit.Value);

    private static bool Has(Map<Quantity> amounts) =>
        (amounts.TryGetValue("cpu", out var cpu) && cpu.Value > 0) || (amounts.TryGetValue("memory", out var memory) && memory.Value > 0);
}
