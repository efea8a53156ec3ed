using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Admission.Storage;

/// <summary>A claim that says nothing of a class gets the default one. The empty name says that it wants none.</summary>
internal sealed class DefaultStorageClass(Kind classes) : IAdmission
{
    public ValueTask<IResource> AdmitAsync(AdmissionRequest request, CancellationToken ct) =>
        request is { Operation: "CREATE", Options.Subresource: "", Value: PersistentVolumeClaim { Spec.StorageClassName: null } claim }
        && !claim.Metadata.Annotations.ContainsKey(ClassOf.BetaAnnotation)
        && DefaultClass.Find(classes, "storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class") is { } name
            ? new(claim with { Spec = claim.Spec with { StorageClassName = name } })
            : new(request.Value);
}

/// <summary>The storage class of a claim, where it has one.</summary>
internal static class ClassOf
{
    public const string BetaAnnotation = "volume.beta.kubernetes.io/storage-class";

    /// <returns>Empty for none.</returns>
    public static string Claim(PersistentVolumeClaim claim) => claim.Metadata.Annotations.Find(BetaAnnotation) ?? claim.Spec.StorageClassName ?? "";
}
