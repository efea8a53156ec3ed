using Navarch.Api.Core.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission.Pods;

/// <summary>A pod may keep others off its node, not off a whole zone. Off by default.</summary>
internal sealed class HardAntiAffinity : IAdmission
{
    private const string Hostname = "kubernetes.io/hostname";

    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request is { Operation: "CREATE" or "UPDATE", Options.Subresource: "", Value: Pod pod })
        {
            foreach (var term in pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [])
            {
                if (term.TopologyKey != Hostname)
                {
                    throw StatusErrors.Forbidden(
                        Pod.ResourceType, pod.Metadata.Name, $"affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey {term.TopologyKey} but only key {Hostname} is allowed").AsException();
                }
            }
        }

        return default;
    }
}
