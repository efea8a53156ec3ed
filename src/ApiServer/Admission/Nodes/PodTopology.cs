using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Admission.Nodes;

/// <summary>Tells a pod, by its labels, the zone and the region of the node that it gets.</summary>
internal sealed class PodTopology(Kind nodes) : IAdmission
{
    private static readonly string[] Keys = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"];

    public ValueTask<IResource> AdmitAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request is not { Operation: "CREATE" or "UPDATE", Value: Pod { Spec.NodeName.Length: > 0 } pod, Old: null or Pod { Spec.NodeName: "" } })
        {
            return new(request.Value);
        }

        // A pod may well be meant for a node that is not there yet.
        var ofNode = nodes.Objects.Current.Objects.Find(pod.Spec.NodeName)?.Labels ?? [];
        var labels = pod.Metadata.Labels;
        foreach (var key in Keys)
        {
            labels = ofNode.TryGetValue(key, out var value) ? labels.With(key, value) : labels;
        }

        return new(labels.Equals(pod.Metadata.Labels) ? pod : pod with { Metadata = pod.Metadata with { Labels = labels } });
    }
}
