using System.Collections.Frozen;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission;

/// <summary>Refuses to delete the namespaces without which a cluster is none.</summary>
internal sealed class NamespaceProtection : IAdmission
{
    private static readonly FrozenSet<string> Immortal = FrozenSet.ToFrozenSet(["default", "kube-public", "kube-system"]);

    public ValueTask<IResource> AdmitAsync(AdmissionRequest request, CancellationToken ct) =>
        request.Operation == "DELETE" && request.Value is Namespace space && Immortal.Contains(space.Metadata.Name)
            ? throw StatusErrors.Forbidden(Namespace.ResourceType, space.Metadata.Name, "this namespace may not be deleted").AsException()
            : new(request.Value);
}
