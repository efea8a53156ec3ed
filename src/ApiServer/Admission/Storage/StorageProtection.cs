using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Admission.Storage;

/// <summary>Claims and volumes that are deleted stay until nobody uses them: controllers take these finalizers away then.</summary>
internal sealed class StorageProtection : IAdmission
{
    public ValueTask<IResource> AdmitAsync(AdmissionRequest request, CancellationToken ct) => request switch
    {
        { Operation: "CREATE", Options.Subresource: "", Value: PersistentVolumeClaim claim } => new(With(claim, "kubernetes.io/pvc-protection")),
        { Operation: "CREATE", Options.Subresource: "", Value: PersistentVolume volume } => new(With(volume, "kubernetes.io/pv-protection")),
        _ => new(request.Value),
    };

    private static IResource With(IResource value, string finalizer) => value.Metadata.Finalizers.Contains(finalizer)
        ? value
        : value.WithMetadata(value.Metadata with { Finalizers = [.. value.Metadata.Finalizers, finalizer] });
}
