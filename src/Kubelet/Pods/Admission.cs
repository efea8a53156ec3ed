using System.Globalization;
using Navarch.Api;
using Navarch.Api.Core.V1;

namespace Navarch.Kubelet.Pods;

/// <summary>
/// Whether the node can run a pod that was given to it. The scheduler has looked before, but two schedulers, or a person
/// who names the node, may have given away the same room twice. Pure.
/// </summary>
internal static class Admission
{
    /// <param name="others">The other pods of the node.</param>
    /// <returns>Why not; null when it can.</returns>
    public static Rejection? Check(Pod pod, IEnumerable<Pod> others, Map<Quantity> allocatable)
    {
        var active = others.Where(other => other.Status.Phase is not (PodPhase.PodSucceeded or PodPhase.PodFailed)).ToList();
        if (allocatable.TryGetValue(ResourceName.ResourcePods, out var pods) && active.Count + 1 > pods.Value)
        {
            return Reject(ResourceName.ResourcePods, 1, active.Count, pods.Value);
        }
        foreach (var resource in (string[])[ResourceName.ResourceCPU, ResourceName.ResourceMemory, ResourceName.ResourceEphemeralStorage])
        {
            var wanted = PodResources.RequestOf(pod.Spec, resource);
            if (wanted == 0)
            {
                continue;
            }
            var used = active.Sum(other => PodResources.RequestOf(other.Spec, resource));
            var capacity = allocatable.Find(resource).Value;
            if (used + wanted > capacity)
            {
                // CPU is told in thousandths.
                var unit = resource == ResourceName.ResourceCPU ? 1000 : 1;
                return Reject(resource, wanted * unit, used * unit, capacity * unit);
            }
        }
        return SysctlRules.Check(pod.Spec);
    }

    private static Rejection Reject(string resource, decimal wanted, decimal used, decimal capacity) => new(
        "OutOf" + resource,
        string.Create(
            CultureInfo.InvariantCulture,
            $"Pod was rejected: Node didn't have enough resource: {resource}, requested: {wanted:0}, used: {used:0}, capacity: {capacity:0}"));
}
