using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Resources.Core;

namespace Navarch.ApiServer.Admission.Pods;

/// <summary>Lets pods that ask for a resource of some nodes onto nodes that are kept for those. Off by default.</summary>
internal sealed class ExtendedResourceTolerations : IAdmission
{
    public ValueTask<IResource> AdmitAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request is not { Operation: "CREATE" or "UPDATE", Options.Subresource: "", Value: Pod pod })
        {
            return new(request.Value);
        }

        var added = pod.Spec.InitContainers.Concat(pod.Spec.Containers)
            .SelectMany(static container => container.Resources.Requests.Keys)
            .Where(ResourceRules.IsExtended)
            .Distinct().Order(StringComparer.Ordinal)
            .Select(static name => new Toleration { Key = name, Operator = "Exists", Effect = TaintEffect.NoSchedule })
            .Where(wanted => !pod.Spec.Tolerations.Contains(wanted)).ToList();
        return new(added.Count == 0 ? pod : pod with { Spec = pod.Spec with { Tolerations = [.. pod.Spec.Tolerations, .. added] } });
    }
}
