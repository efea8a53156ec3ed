using Navarch.Api.Core.V1;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Streaming;

/// <summary>Finds the pod, the container and the kubelet that a streaming request is about.</summary>
internal sealed class PodTarget(ObjectWriter objects, Catalog catalog, int kubeletPort)
{
    /// <exception cref="StatusException">404; 400: the pod is on no node.</exception>
    public async Task<(Pod Pod, KubeletAddress Kubelet)> FindAsync(ApiRequest request, Kind kind)
    {
        var info = request.Info;
        var found = await objects.FindAsync(kind, kind.Key(info.Namespace, info.Name), request.Aborted) ?? throw StatusErrors.NotFound(kind.Type, info.Name).AsException();
        var pod = (Pod)found.Value;
        return pod.Spec.NodeName.Length == 0
            ? throw StatusErrors.BadRequest($"pod {info.Name} does not have a host assigned").AsException()
            : (pod, await NodeAsync(pod.Spec.NodeName, request.Aborted));
    }

    public Task<KubeletAddress> NodeAsync(string name, CancellationToken ct) => KubeletAddress.FindAsync(objects, catalog.Get<Node>(), name, kubeletPort, ct);

    /// <summary>The container that is meant.</summary>
    /// <param name="asked">Empty where the client leaves it to the server.</param>
    /// <exception cref="StatusException">400: there are several, or none of that name.</exception>
    public static string Container(Pod pod, string asked)
    {
        var spec = pod.Spec;
        if (asked.Length > 0)
        {
            return spec.Containers.Any(c => c.Name == asked) || spec.InitContainers.Any(c => c.Name == asked) || spec.EphemeralContainers.Any(c => c.Name == asked)
                ? asked
                : throw StatusErrors.BadRequest($"container {asked} is not valid for pod {pod.Metadata.Name}").AsException();
        }

        if (pod.Metadata.Annotations.Find("kubectl.kubernetes.io/default-container") is { } preferred && spec.Containers.Any(c => c.Name == preferred))
        {
            return preferred;
        }

        if (spec.Containers.Count == 1 && spec.EphemeralContainers.Count == 0 && spec.InitContainers.Count == 0)
        {
            return spec.Containers[0].Name;
        }

        if (spec.Containers.Count == 1)
        {
            return spec.Containers[0].Name;
        }

        var message = $"a container name must be specified for pod {pod.Metadata.Name}, choose one of: [{string.Join(' ', spec.Containers.Select(c => c.Name))}]";
        if (spec.InitContainers.Count > 0)
        {
            message += $" or one of the init containers: [{string.Join(' ', spec.InitContainers.Select(c => c.Name))}]";
        }

        throw StatusErrors.BadRequest(message).AsException();
    }
}
