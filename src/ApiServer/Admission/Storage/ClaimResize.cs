using Navarch.Api.Core.V1;
using Navarch.Api.Storage.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission.Storage;

/// <summary>A claim may ask for more than it got only where its class can make volumes larger.</summary>
internal sealed class ClaimResize(Kind classes) : IAdmission
{
    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request is not { Operation: "UPDATE", Options.Subresource: "", Value: PersistentVolumeClaim claim, Old: PersistentVolumeClaim old }
            || claim.Spec.Resources.Requests.Find("storage") <= old.Spec.Resources.Requests.Find("storage"))
        {
            return default;
        }

        if (old.Status.Phase != PersistentVolumeClaimPhase.ClaimBound)
        {
            throw Refused("Only bound persistent volume claims can be expanded");
        }

        var name = ClassOf.Claim(claim);
        if (name.Length == 0 || name != ClassOf.Claim(old) || classes.Objects.Current.Objects.Find(name)?.Value is not StorageClass { AllowVolumeExpansion: true })
        {
            throw Refused("only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize");
        }

        return default;

        StatusException Refused(string why) => StatusErrors.Forbidden(PersistentVolumeClaim.ResourceType, claim.Metadata.Name, why).AsException();
    }
}
