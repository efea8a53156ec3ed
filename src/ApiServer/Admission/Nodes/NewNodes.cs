using Navarch.Api.Core.V1;
using Navarch.Api;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Admission.Nodes;

/// <summary>Keeps pods away from a new node until somebody has seen that it is ready.</summary>
internal sealed class NewNodes : IAdmission
{
    private const string NotReady = "node.kubernetes.io/not-ready";

    public ValueTask<IResource> AdmitAsync(AdmissionRequest request, CancellationToken ct) => new(
        request is { Operation: "CREATE", Options.Subresource: "", Value: Node node } && !node.Spec.Taints.Any(static taint => taint is { Key: NotReady, Effect: TaintEffect.NoSchedule })
            ? node with { Spec = node.Spec with { Taints = [.. node.Spec.Taints, new Taint { Key = NotReady, Effect = TaintEffect.NoSchedule }] } }
            : request.Value);
}
