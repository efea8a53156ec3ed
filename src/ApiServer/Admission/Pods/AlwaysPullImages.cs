using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Admission.Pods;

/// <summary>
/// Makes every pod ask its registry: an image that somebody else pulled onto a node with their secret is not everybody's.
/// Off by default.
/// </summary>
internal sealed class AlwaysPullImages : IAdmission
{
    public ValueTask<IResource> AdmitAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request is not { Operation: "CREATE" or "UPDATE", Value: Pod pod } || request.Options.Subresource is not ("" or "ephemeralcontainers"))
        {
            return new(request.Value);
        }

        // On updates only images that are new: of a container that runs nothing but its image can change.
        var known = request.Old is Pod old ? Images(old) : [];
        return new(pod with
        {
            Spec = pod.Spec with
            {
                InitContainers = [.. pod.Spec.InitContainers.Select(c => known.Contains((c.Name, c.Image)) ? c : c with { ImagePullPolicy = PullPolicy.PullAlways })],
                Containers = [.. pod.Spec.Containers.Select(c => known.Contains((c.Name, c.Image)) ? c : c with { ImagePullPolicy = PullPolicy.PullAlways })],
                EphemeralContainers = [.. pod.Spec.EphemeralContainers.Select(c => known.Contains((c.Name, c.Image)) ? c : c with { ImagePullPolicy = PullPolicy.PullAlways })],
                Volumes = [.. pod.Spec.Volumes.Select(v => request.Old is not null || v.Image is not { } image ? v : v with { Image = image with { PullPolicy = PullPolicy.PullAlways } })],
            },
        });
    }

    private static HashSet<(string Name, string Image)> Images(Pod pod) =>
    [
        .. pod.Spec.InitContainers.Select(static c => (c.Name, c.Image)), .. pod.Spec.Containers.Select(static c => (c.Name, c.Image)),
        .. pod.Spec.EphemeralContainers.Select(static c => (c.Name, c.Image)),
    ];
}
