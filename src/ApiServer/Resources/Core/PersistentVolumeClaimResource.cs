using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>A request for storage.</summary>
public sealed class PersistentVolumeClaimResource : Resource<PersistentVolumeClaim>
{
    private static readonly string[] ResizeStates =
        ["ControllerResizeInProgress", "ControllerResizeInfeasible", "NodeResizePending", "NodeResizeInProgress", "NodeResizeInfeasible"];

    public override bool HasStatus => true;

    public override IReadOnlyList<Column<PersistentVolumeClaim>> Columns => ClaimColumns.All;

    public override PersistentVolumeClaim Default(PersistentVolumeClaim value) => value with
    {
        Spec = PodTemplateDefaults.ClaimSpec(value.Spec),
        Status = value.Status.Phase.Length == 0 ? value.Status with { Phase = PersistentVolumeClaimPhase.ClaimPending } : value.Status,
    };

    public override PersistentVolumeClaim PrepareForCreate(PersistentVolumeClaim value, WriteContext context) => value with
    {
        Spec = WithBothSources(value.Spec),
        Status = new PersistentVolumeClaimStatus { Phase = PersistentVolumeClaimPhase.ClaimPending },
    };

    public override PersistentVolumeClaim PrepareForUpdate(PersistentVolumeClaim value, PersistentVolumeClaim old, WriteContext context) =>
        value with { Spec = WithBothSources(value.Spec), Status = old.Status };

    public override PersistentVolumeClaim PrepareForStatusUpdate(PersistentVolumeClaim value, PersistentVolumeClaim old, WriteContext context) => value with { Spec = old.Spec };

    public override void Validate(PersistentVolumeClaim value, FieldErrors errors) => ClaimRules.Spec(errors, FieldPath.Of("spec"), value.Spec);

    public override void ValidateUpdate(PersistentVolumeClaim value, PersistentVolumeClaim old, FieldErrors errors)
    {
        var path = FieldPath.Of("spec");
        var allowed = old.Spec;
        if (allowed.VolumeName.Length == 0)
        {
            allowed = allowed with { VolumeName = value.Spec.VolumeName };
        }

        if (allowed.StorageClassName is null)
        {
            allowed = allowed with { StorageClassName = value.Spec.StorageClassName };
        }

        if (old.Status.Phase == PersistentVolumeClaimPhase.ClaimBound && value.Spec.Resources.Requests.TryGetValue("storage", out var asked))
        {
            allowed = allowed with { Resources = allowed.Resources with { Requests = allowed.Resources.Requests.With("storage", asked) } };
            if (asked < old.Spec.Resources.Requests.Find("storage") && asked <= old.Status.Capacity.Find("storage"))
            {
                errors.Forbidden(path / "resources" / "requests" / "storage", "field can not be less than status.capacity");
            }
        }

        allowed = allowed with { VolumeAttributesClassName = value.Spec.VolumeAttributesClassName };
        if (value.Spec != allowed)
        {
            errors.Forbidden(path, "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims");
        }

        if (!string.IsNullOrEmpty(old.Status.CurrentVolumeAttributesClassName) && string.IsNullOrEmpty(value.Spec.VolumeAttributesClassName))
        {
            errors.Forbidden(path / "volumeAttributesClassName", "update from non-nil value to nil is forbidden");
        }
    }

    public override void ValidateStatusUpdate(PersistentVolumeClaim value, PersistentVolumeClaim old, FieldErrors errors)
    {
        var path = FieldPath.Of("status");
        ResourceRules.Amounts(errors, path / "capacity", value.Status.Capacity);
        ResourceRules.Amounts(errors, path / "allocatedResources", value.Status.AllocatedResources);
        foreach (var (name, state) in value.Status.AllocatedResourceStatuses)
        {
            errors.OneOf(path, $"allocatedResourceStatuses[{name}]", state, ResizeStates);
        }
    }

    public override IEnumerable<string> Warnings(PersistentVolumeClaim value) =>
    [
        .. value.Metadata.Annotations.ContainsKey(ClaimColumns.ClassAnnotation)
            ? [$"metadata.annotations[{ClaimColumns.ClassAnnotation}]: deprecated since v1.8; use \"storageClassName\" attribute instead"]
            : Array.Empty<string>(),
        .. PodWarnings.Fractions(value.Spec.Resources.Requests, "spec.resources.requests", "storage"),
        .. PodWarnings.Fractions(value.Spec.Resources.Limits, "spec.resources.limits", "storage"),
    ];

    /// <summary>Either of the two fields for a source is a copy of the other, where the newer one stays in the namespace.</summary>
    private static PersistentVolumeClaimSpec WithBothSources(PersistentVolumeClaimSpec spec) => (spec.DataSource, spec.DataSourceRef) switch
    {
        ({ } source, null) => spec with { DataSourceRef = new TypedObjectReference { APIGroup = source.APIGroup, Kind = source.Kind, Name = source.Name } },
        (null, { Namespace: null or "" } reference) => spec with { DataSource = new TypedLocalObjectReference { APIGroup = reference.APIGroup, Kind = reference.Kind, Name = reference.Name } },
        _ => spec,
    };
}
