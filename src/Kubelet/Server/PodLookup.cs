using Microsoft.AspNetCore.Http;
using Navarch.Api.Core.V1;
using Navarch.Client;
using Navarch.Kubelet.Pods;

namespace Navarch.Kubelet.Server;

/// <summary>Finds what a request is about. A request for what is not here has been answered when the result is null.</summary>
internal sealed class PodLookup(Informer<Pod> pods, RuntimeCache runtime)
{
    public async Task<(Pod Pod, RuntimePod Runtime)?> FindPodAsync(HttpContext http)
    {
        var name = new NamespacedName(Value(http, "namespace"), Value(http, "pod"));
        var uid = Value(http, "uid");
        if (!pods.TryGet(name, out var pod) || (uid.Length > 0 && pod.Metadata.UID != uid))
        {
            await RefuseAsync(http, StatusCodes.Status404NotFound, $"pod \"{name.Name}\" not found on this node");
            return null;
        }
        return (pod, runtime.Find(pod.Metadata.UID) ?? RuntimePod.None(pod.Metadata.UID, name.Namespace, name.Name));
    }

    public async Task<(Pod Pod, RuntimeContainer Container)?> FindRunningAsync(HttpContext http)
    {
        if (await FindPodAsync(http) is not var (pod, state))
        {
            return null;
        }
        var name = Value(http, "container");
        if (state.Find(name) is { State: RuntimeState.Running } container)
        {
            return (pod, container);
        }
        await RefuseAsync(http, StatusCodes.Status404NotFound, $"container not found (\"{name}\")");
        return null;
    }

    public static string Value(HttpContext http, string name) => http.Request.RouteValues[name] as string ?? "";

    public static async Task RefuseAsync(HttpContext http, int status, string message)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        // With its length, as whoever asked for an upgrade reads the answer by hand, and chunks are no part of it.
        var body = System.Text.Encoding.UTF8.GetBytes(message + "\n");
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }
}
