using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.DynamicResources.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;
using ResourceClaim = Navarch.Api.DynamicResources.V1.ResourceClaim;

namespace Navarch.ApiServer.Admission;

/// <summary>Claims with administrator's access to devices that others use are for namespaces set aside for it.</summary>
internal sealed class DeviceAdminAccess(Kind namespaces) : IAdmission
{
    private const string Label = "resource.kubernetes.io/admin-access";
    private const string Why = "admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace";

    public ValueTask<IResource> AdmitAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request.Operation == "CREATE")
        {
            switch (request.Value)
            {
                case ResourceClaim claim:
                    Check(claim, claim.Spec, FieldPath.Of("spec"));
                    break;
                case ResourceClaimTemplate template:
                    Check(template, template.Spec.Spec, FieldPath.Of("spec") / "spec");
                    break;
                default:
                    break;
            }
        }

        return new(request.Value);
    }

    private void Check(IResource value, ResourceClaimSpec spec, FieldPath path)
    {
        var errors = new FieldErrors();
        for (var i = 0; i < spec.Devices.Requests.Count; i++)
        {
            if (spec.Devices.Requests[i].Exactly?.AdminAccess == true && !IsSetAside(value.Metadata.Namespace))
            {
                errors.Forbidden((path / "devices" / "requests")[i] / "exactly" / "adminAccess", Why);
            }
        }

        if (errors.Any)
        {
            throw StatusErrors.Invalid(value.GetResourceType(), value.Metadata.Name, errors.All).AsException();
        }
    }

    private bool IsSetAside(string name) => namespaces.Objects.Current.Objects.Find(name)?.Value is Namespace space && space.Metadata.Labels.Find(Label) == "true";
}
