using Navarch.Api;
using Navarch.Api.Scheduling.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission;

/// <summary>Refuses to delete the priority classes by which the parts of a cluster itself are scheduled.</summary>
internal sealed class SystemClassProtection : IAdmission
{
    public ValueTask<IResource> AdmitAsync(AdmissionRequest request, CancellationToken ct) =>
        request.Operation == "DELETE" && request.Value is PriorityClass { Metadata.Name: "system-cluster-critical" or "system-node-critical" } system
            ? throw StatusErrors.Forbidden(PriorityClass.ResourceType, system.Metadata.Name, "this is a system priority class and cannot be deleted").AsException()
            : new(request.Value);
}
