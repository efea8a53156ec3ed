using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Pods;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>The rules of <c>pods/NAME/resize</c>: more or less processor time and memory for containers that run.</summary>
internal static class PodResize
{
    /// <summary>The old pod with the wanted resources; whatever else was sent is not looked at.</summary>
    public static Pod Prepare(Pod value, Pod old) => old with
    {
        Metadata = old.Metadata with { ResourceVersion = value.Metadata.ResourceVersion, ManagedFields = value.Metadata.ManagedFields },
        Spec = old.Spec with { Containers = Resized(value.Spec.Containers, old.Spec.Containers), InitContainers = Resized(value.Spec.InitContainers, old.Spec.InitContainers) },
    };

    public static void Validate(FieldErrors errors, Pod pod, Pod old)
    {
        if (old.Metadata.Annotations.ContainsKey("kubernetes.io/config.mirror"))
        {
            errors.Forbidden("", "static pods cannot be resized");
            return;
        }

        if (old.Spec.OS?.Name == "windows")
        {
            errors.Forbidden("", "windows pods cannot be resized");
            return;
        }

        var spec = FieldPath.Of("spec");
        if (PodQuality.Of(pod.Spec) != PodQuality.Of(old.Spec))
        {
            errors.Invalid(spec, old.Status.QOSClass, "Pod QOS Class may not change as a result of resizing");
        }

        Removals(errors, spec / "containers", pod.Spec.Containers, old.Spec.Containers);
        Removals(errors, spec / "initContainers", pod.Spec.InitContainers, old.Spec.InitContainers);
        if (pod.Spec.Containers.Zip(old.Spec.Containers).Any(static pair => ChangesOther(pair.First.Resources, pair.Second.Resources))
            || pod.Spec.Containers.Zip(old.Spec.Containers).Any(static pair => !Same.Lists(pair.First.ResizePolicy, pair.Second.ResizePolicy)))
        {
            errors.Forbidden(spec, "only cpu and memory resources are mutable");
        }

        if (pod.Spec.InitContainers.Zip(old.Spec.InitContainers).Any(static pair =>
            pair.First != pair.Second && (pair.First.RestartPolicy != "Always" || ChangesOther(pair.First.Resources, pair.Second.Resources))))
        {
            errors.Forbidden(spec, "only cpu and memory resources for sidecar containers are mutable");
        }
    }

    private static IReadOnlyList<Container> Resized(IReadOnlyList<Container> wanted, IReadOnlyList<Container> old) =>
        [.. old.Select(container => wanted.FirstOrDefault(other => other.Name == container.Name) is { } given
            ? container with { Resources = given.Resources, ResizePolicy = given.ResizePolicy }
            : container)];

    private static void Removals(FieldErrors errors, FieldPath path, IReadOnlyList<Container> containers, IReadOnlyList<Container> old)
    {
        for (var i = 0; i < containers.Count; i++)
        {
            var (now, before) = (containers[i].Resources, old[i].Resources);
            if (before.Requests.Keys.Any(name => !now.Requests.ContainsKey(name)))
            {
                errors.Forbidden(path[i] / "resources" / "requests", "resource requests cannot be removed");
            }

            if (before.Limits.Keys.Any(name => !now.Limits.ContainsKey(name)))
            {
                errors.Forbidden(path[i] / "resources" / "limits", "resource limits cannot be removed");
            }
        }
    }

    private static bool ChangesOther(ResourceRequirements now, ResourceRequirements before) =>
        !Same.Lists(now.Claims, before.Claims) || !Others(now.Requests).Equals(Others(before.Requests)) || !Others(now.Limits).Equals(Others(before.Limits));

    private static Map<T> Others<T>(Map<T> resources) => resources.Without("cpu").Without("memory");
}
