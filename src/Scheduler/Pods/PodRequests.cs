using Navarch.Api;
using Navarch.Api.Core.V1;

namespace Navarch.Scheduler.Pods;

/// <summary>
/// What a pod takes of its node at the worst moment of its life: either all containers and sidecars at once, or one init container
/// beside the sidecars started before it; plus the overhead of the sandbox. A pod-level request replaces the sum for its resource.
/// </summary>
internal static class PodRequests
{
    // What a container that asks for nothing is taken to use when nodes are rated, so that such pods spread out too.
    private const long UnstatedMilliCpu = 100;
    private const long UnstatedMemory = 200L * 1024 * 1024;

    /// <summary>What must be free on the node.</summary>
    public static Resources Of(Pod pod) => Sum(pod, forScoring: false);

    /// <summary>As <see cref="Of"/>, with an assumed use for containers that state no CPU or memory.</summary>
    public static Resources ForScoring(Pod pod) => Sum(pod, forScoring: true);

    /// <summary>Whether every container states both, so that nothing is assumed.</summary>
    public static bool AreStated(Pod pod) => AreStated(pod.Spec.Containers) && AreStated(pod.Spec.InitContainers);

    private static bool AreStated(IReadOnlyList<Container> containers)
    {
        for (var i = 0; i < containers.Count; i++)
        {
            var requests = containers[i].Resources.Requests;
            if (!requests.ContainsKey(ResourceName.ResourceCPU) || !requests.ContainsKey(ResourceName.ResourceMemory))
            {
                return false;
            }
        }

        return true;
    }

    private static Resources Sum(Pod pod, bool forScoring)
    {
        var podLevel = pod.Spec.Resources?.Requests ?? [];
        var unstated = forScoring
            ? new Resources(
                podLevel.ContainsKey(ResourceName.ResourceCPU) ? 0 : UnstatedMilliCpu,
                podLevel.ContainsKey(ResourceName.ResourceMemory) ? 0 : UnstatedMemory,
                0)
            : default;

        var running = default(Resources);
        foreach (var container in pod.Spec.Containers)
        {
            running += OfContainer(container, pod.Status.ContainerStatuses, pod, unstated);
        }

        var starting = default(Resources);
        var sidecars = default(Resources);
        foreach (var container in pod.Spec.InitContainers)
        {
            if (container.RestartPolicy == RestartPolicy.Always)
            {
                var sidecar = OfContainer(container, pod.Status.InitContainerStatuses, pod, unstated);
                running += sidecar;
                sidecars += sidecar;
                starting = Resources.Max(starting, sidecars);
            }
            else
            {
                starting = Resources.Max(starting, sidecars + OfContainer(container, [], pod, unstated));
            }
        }

        var total = Resources.Max(running, starting);
        if (podLevel.Count > 0)
        {
            total = Replace(total, podLevel);
        }

        return total + Resources.Of(pod.Spec.Overhead);
    }

    /// <summary>
    /// The request of one container. While a resize is under way, the container may still hold the old amount or already the
    /// new one: the node must have room for the larger, unless the node has declared the new amount impossible.
    /// </summary>
    private static Resources OfContainer(Container container, IReadOnlyList<ContainerStatus> statuses, Pod pod, Resources unstated)
    {
        var requests = container.Resources.Requests;
        var result = Resources.Of(requests);
        for (var i = 0; i < statuses.Count; i++)
        {
            if (statuses[i].Name == container.Name && statuses[i].Resources is { } actual)
            {
                var held = Resources.Max(Resources.Of(actual.Requests), Resources.Of(statuses[i].AllocatedResources));
                result = IsResizeInfeasible(pod) ? held : Resources.Max(result, held);
                break;
            }
        }

        return result with
        {
            MilliCpu = unstated.MilliCpu > 0 && !requests.ContainsKey(ResourceName.ResourceCPU) ? unstated.MilliCpu : result.MilliCpu,
            Memory = unstated.Memory > 0 && !requests.ContainsKey(ResourceName.ResourceMemory) ? unstated.Memory : result.Memory,
        };
    }

    private static Resources Replace(Resources total, Map<Quantity> podLevel)
    {
        var amounts = Resources.Of(podLevel);
        var scalars = total.Scalars;
        foreach (var (name, amount) in amounts.Scalars)
        {
            scalars = scalars.With(name, amount);
        }

        return total with
        {
            MilliCpu = podLevel.ContainsKey(ResourceName.ResourceCPU) ? amounts.MilliCpu : total.MilliCpu,
            Memory = podLevel.ContainsKey(ResourceName.ResourceMemory) ? amounts.Memory : total.Memory,
            Scalars = scalars,
        };
    }

    private static bool IsResizeInfeasible(Pod pod)
    {
        for (var i = 0; i < pod.Status.Conditions.Count; i++)
        {
            if (pod.Status.Conditions[i] is { Type: PodConditionType.PodResizePending, Reason: "Infeasible" })
            {
                return true;
            }
        }

        return false;
    }
}
