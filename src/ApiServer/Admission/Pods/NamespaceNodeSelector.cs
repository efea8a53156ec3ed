using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission.Pods;

/// <summary>Keeps the pods of a namespace to the nodes that its annotation names. Off by default.</summary>
internal sealed class NamespaceNodeSelector(Kind namespaces) : IAdmission
{
    private const string Annotation = "scheduler.alpha.kubernetes.io/node-selector";

    public ValueTask<IResource> AdmitAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request is not { Operation: "CREATE", Options.Subresource: "", Value: Pod pod }
            || namespaces.Objects.Current.Objects.Find(pod.Metadata.Namespace)?.Value.Metadata.Annotations.Find(Annotation) is not { Length: > 0 } text)
        {
            return new(request.Value);
        }

        var selector = pod.Spec.NodeSelector;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split('=') is not [var key, var value])
            {
                throw Refused(pod, $"invalid selector: {text}");
            }

            (key, value) = (key.Trim(), value.Trim());
            if (selector.TryGetValue(key, out var own) && own != value)
            {
                throw Refused(pod, "pod node label selector conflicts with its namespace node label selector");
            }

            selector = selector.With(key, value);
        }

        return new(pod with { Spec = pod.Spec with { NodeSelector = selector } });
    }

    private static StatusException Refused(Pod pod, string why) => StatusErrors.Forbidden(Pod.ResourceType, pod.Metadata.Name, why).AsException();
}
