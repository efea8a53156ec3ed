using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Nodes.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission.Pods;

/// <summary>A pod that wants a runtime goes where there is that runtime, and counts what the runtime itself needs.</summary>
internal sealed class RuntimeClasses(Kind classes) : IAdmission
{
    public ValueTask<IResource> AdmitAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request is not { Operation: "CREATE", Options.Subresource: "", Value: Pod pod })
        {
            return new(request.Value);
        }

        if (Find(pod) is not { } runtime)
        {
            return pod.Spec.Overhead.Count > 0 ? throw Refused(pod, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead") : new(pod);
        }

        return new(pod with { Spec = WithScheduling(pod, runtime.Scheduling) with { Overhead = OverheadOf(pod, runtime.Overhead) } });
    }

    private RuntimeClass? Find(Pod pod) => pod.Spec.RuntimeClassName is not { } name ? null
        : (RuntimeClass?)classes.Objects.Current.Objects.Find(name)?.Value ?? throw Refused(pod, $"pod rejected: RuntimeClass {GoText.Quote(name)} not found");

    private static Map<Quantity> OverheadOf(Pod pod, Overhead? overhead)
    {
        if (overhead is null)
        {
            return pod.Spec.Overhead.Count > 0 ? throw Refused(pod, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead") : [];
        }

        return pod.Spec.Overhead.Count == 0 || pod.Spec.Overhead.Equals(overhead.PodFixed)
            ? overhead.PodFixed
            : throw Refused(pod, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
    }

    private static PodSpec WithScheduling(Pod pod, Scheduling? scheduling)
    {
        var spec = pod.Spec;
        if (scheduling is null)
        {
            return spec;
        }

        var selector = spec.NodeSelector;
        foreach (var (key, value) in scheduling.NodeSelector)
        {
            if (selector.TryGetValue(key, out var wanted) && wanted != value)
            {
                throw Refused(pod, $"conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; pod.spec.nodeSelector[{key}] = {wanted}");
            }

            selector = selector.With(key, value);
        }

        return spec with { NodeSelector = selector, Tolerations = [.. spec.Tolerations, .. scheduling.Tolerations.Where(toleration => !spec.Tolerations.Contains(toleration))] };
    }

    private static StatusException Refused(Pod pod, string why) => StatusErrors.Forbidden(Pod.ResourceType, pod.Metadata.Name, why).AsException();
}
