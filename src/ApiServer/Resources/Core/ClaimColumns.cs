using Navarch.Api.Core.V1;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>What <c>kubectl get persistentvolumeclaims</c> shows.</summary>
internal static class ClaimColumns
{
    /// <summary>The storage class of objects that are older than the field.</summary>
    public const string ClassAnnotation = "volume.beta.kubernetes.io/storage-class";

    public static IReadOnlyList<Column<PersistentVolumeClaim>> All { get; } =
    [
        Columns<PersistentVolumeClaim>.Name,
        Columns<PersistentVolumeClaim>.Text("Status", static value => value.Metadata.DeletionTimestamp is null ? value.Status.Phase : "Terminating"),
        Columns<PersistentVolumeClaim>.Text("Volume", static value => value.Spec.VolumeName),
        Columns<PersistentVolumeClaim>.Text("Capacity", static value => value.Spec.VolumeName.Length > 0 ? value.Status.Capacity.Find("storage").ToString() : ""),
        Columns<PersistentVolumeClaim>.Text("Access Modes", static value => value.Spec.VolumeName.Length > 0 ? Cells.AccessModes(value.Status.AccessModes) : ""),
        Columns<PersistentVolumeClaim>.Text("StorageClass", static value => value.Metadata.Annotations.Find(ClassAnnotation) ?? value.Spec.StorageClassName ?? ""),
        Columns<PersistentVolumeClaim>.Text("VolumeAttributesClass", static value => value.Spec.VolumeAttributesClassName ?? Cells.Unset),
        Columns<PersistentVolumeClaim>.Age,
        Columns<PersistentVolumeClaim>.Text("VolumeMode", static value => value.Spec.VolumeMode ?? Cells.Unset, priority: 1),
    ];
}
