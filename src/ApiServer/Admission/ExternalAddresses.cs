using Navarch.Api.Core.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission;

/// <summary>No Service takes addresses that others may be meant for (CVE-2020-8554). Those that one has, it may keep. Off by default.</summary>
internal sealed class ExternalAddresses : IAdmission
{
    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request is { Operation: "CREATE" or "UPDATE", Options.Subresource: "", Value: Service service } && service.Spec.ExternalIPs.Except((request.Old as Service)?.Spec.ExternalIPs ?? []).Any())
        {
            throw StatusErrors.Forbidden(Service.ResourceType, service.Metadata.Name, "Use of external IPs is denied by admission control").AsException();
        }

        return default;
    }
}
