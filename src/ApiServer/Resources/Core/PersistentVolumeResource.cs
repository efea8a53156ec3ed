using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>A piece of storage of the cluster.</summary>
public sealed class PersistentVolumeResource : Resource<PersistentVolume>
{
    private const string MountOptionsAnnotation = "volume.beta.kubernetes.io/mount-options";

    private static readonly (string Field, Func<PersistentVolumeSpec, object?> Source, string Hint)[] DeprecatedSources =
    [
        ("photonPersistentDisk", static spec => spec.PhotonPersistentDisk, "deprecated in v1.11, non-functional in v1.16+"),
        ("scaleIO", static spec => spec.ScaleIO, "deprecated in v1.16, non-functional in v1.22+"),
        ("flocker", static spec => spec.Flocker, "deprecated in v1.22, non-functional in v1.25+"),
        ("storageOS", static spec => spec.StorageOS, "deprecated in v1.22, non-functional in v1.25+"),
        ("quobyte", static spec => spec.Quobyte, "deprecated in v1.22, non-functional in v1.25+"),
        ("glusterfs", static spec => spec.Glusterfs, "deprecated in v1.25, non-functional in v1.26+"),
        ("cephfs", static spec => spec.CephFS, "deprecated in v1.28, non-functional in v1.31+"),
        ("rbd", static spec => spec.RBD, "deprecated in v1.28, non-functional in v1.31+"),
    ];

    private static readonly string[] ReclaimPolicies = ["Delete", "Recycle", "Retain"];

    public override bool HasStatus => true;

    public override IReadOnlyList<Column<PersistentVolume>> Columns { get; } =
    [
        Columns<PersistentVolume>.Name,
        Columns<PersistentVolume>.Text("Capacity", static value => value.Spec.Capacity.Find("storage").ToString()),
        Columns<PersistentVolume>.Text("Access Modes", static value => Cells.AccessModes(value.Spec.AccessModes)),
        Columns<PersistentVolume>.Text("Reclaim Policy", static value => value.Spec.PersistentVolumeReclaimPolicy),
        Columns<PersistentVolume>.Text("Status", static value => value.Metadata.DeletionTimestamp is null ? value.Status.Phase : "Terminating"),
        Columns<PersistentVolume>.Text("Claim", static value => value.Spec.ClaimRef is { } claim ? $"{claim.Namespace}/{claim.Name}" : ""),
        Columns<PersistentVolume>.Text("StorageClass", static value => value.Metadata.Annotations.Find(ClaimColumns.ClassAnnotation) ?? value.Spec.StorageClassName),
        Columns<PersistentVolume>.Text("VolumeAttributesClass", static value => value.Spec.VolumeAttributesClassName ?? Cells.Unset),
        Columns<PersistentVolume>.Text("Reason", static value => value.Status.Reason),
        Columns<PersistentVolume>.Age,
        Columns<PersistentVolume>.Text("VolumeMode", static value => value.Spec.VolumeMode ?? Cells.Unset, priority: 1),
    ];

    public override PersistentVolume Default(PersistentVolume value) => value with
    {
        Spec = value.Spec with
        {
            PersistentVolumeReclaimPolicy = value.Spec.PersistentVolumeReclaimPolicy.Length == 0 ? "Retain" : value.Spec.PersistentVolumeReclaimPolicy,
            VolumeMode = value.Spec.VolumeMode ?? PersistentVolumeMode.PersistentVolumeFilesystem,
        },
        Status = value.Status.Phase.Length == 0 ? value.Status with { Phase = PersistentVolumePhase.VolumePending } : value.Status,
    };

    public override PersistentVolume PrepareForCreate(PersistentVolume value, WriteContext context) =>
        value with { Status = new PersistentVolumeStatus { Phase = PersistentVolumePhase.VolumePending, LastPhaseTransitionTime = context.Now } };

    public override PersistentVolume PrepareForUpdate(PersistentVolume value, PersistentVolume old, WriteContext context) => value with { Status = old.Status };

    public override PersistentVolume PrepareForStatusUpdate(PersistentVolume value, PersistentVolume old, WriteContext context) => value with
    {
        Spec = old.Spec,
        Status = value.Status.Phase == old.Status.Phase ? value.Status : value.Status with { LastPhaseTransitionTime = context.Now },
    };

    public override void Validate(PersistentVolume value, FieldErrors errors)
    {
        var (path, spec) = (FieldPath.Of("spec"), value.Spec);
        ClaimRules.AccessModes(errors, path / "accessModes", spec.AccessModes);
        if (spec.Capacity.Count == 0)
        {
            errors.Required(path / "capacity");
        }
        else if (!spec.Capacity.TryGetValue("storage", out var storage) || spec.Capacity.Count > 1)
        {
            errors.NotSupported(path / "capacity", "", ["storage"]);
        }
        else
        {
            ResourceRules.Amount(errors, (path / "capacity")["storage"], "storage", storage);
            if (storage.Value == 0)
            {
                errors.Invalid((path / "capacity")["storage"], storage, "must be greater than zero");
            }
        }

        errors.OneOf(path, "persistentVolumeReclaimPolicy", spec.PersistentVolumeReclaimPolicy, ReclaimPolicies);
        if (spec.VolumeMode is { } mode)
        {
            errors.OneOf(path, "volumeMode", mode, ["Block", "Filesystem"]);
        }

        errors.Subdomain(path, "storageClassName", spec.StorageClassName);
        if (spec.VolumeAttributesClassName is "")
        {
            errors.Required(path / "volumeAttributesClassName", "an empty string is disallowed");
        }
        else
        {
            errors.Subdomain(path, "volumeAttributesClassName", spec.VolumeAttributesClassName);
        }

        if (spec is { VolumeAttributesClassName: not null, CSI: null })
        {
            errors.Required(path / "csi", "has to be specified when using volumeAttributesClassName");
        }

        PersistentVolumeSources.Validate(errors, path, spec, value.Metadata.Name);
        if (spec.NodeAffinity is { } affinity)
        {
            if (affinity.Required is null)
            {
                errors.Required(path / "nodeAffinity" / "required", "must specify required node constraints");
            }
            else
            {
                SchedulingValidation.NodeSelector(errors, path / "nodeAffinity" / "required", affinity.Required);
            }
        }

        if (spec is { Local: not null, NodeAffinity: null or { Required: null } })
        {
            errors.Required(path / "nodeAffinity", "Local volume requires node affinity");
        }
    }

    public override void ValidateUpdate(PersistentVolume value, PersistentVolume old, FieldErrors errors)
    {
        var path = FieldPath.Of("spec");
        if (!PersistentVolumeSources.AreSame(value.Spec, old.Spec))
        {
            errors.Forbidden(path / "persistentvolumesource", "spec.persistentvolumesource is immutable after creation");
        }

        // These two are named without their parent, as upstream names them.
        errors.Unchanged(FieldPath.Of("volumeMode"), value.Spec.VolumeMode, old.Spec.VolumeMode, static mode => mode);
        if (old.Spec.NodeAffinity is { } before && !IsRenamed(before, value.Spec.NodeAffinity))
        {
            errors.Unchanged(FieldPath.Of("nodeAffinity"), value.Spec.NodeAffinity, before, static affinity => RawValue.Of(affinity));
        }

        if (old.Spec.VolumeAttributesClassName is not null && value.Spec.VolumeAttributesClassName is null)
        {
            errors.Forbidden(path / "volumeAttributesClassName", "update from non-nil value to nil is forbidden");
        }
    }

    public override IEnumerable<string> Warnings(PersistentVolume value)
    {
        if (value.Metadata.Annotations.ContainsKey(ClaimColumns.ClassAnnotation))
        {
            yield return $"metadata.annotations[{ClaimColumns.ClassAnnotation}]: deprecated since v1.8; use \"storageClassName\" attribute instead";
        }

        if (value.Metadata.Annotations.ContainsKey(MountOptionsAnnotation))
        {
            yield return $"metadata.annotations[{MountOptionsAnnotation}]: deprecated since v1.31; use \"mountOptions\" attribute instead";
        }

        if (value.Spec.PersistentVolumeReclaimPolicy == "Recycle")
        {
            yield return "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.";
        }

        foreach (var warning in DeprecatedLabels.OfTerms(value.Spec.NodeAffinity?.Required?.NodeSelectorTerms ?? [], "spec.nodeAffinity.required.nodeSelectorTerms"))
        {
            yield return warning;
        }

        foreach (var (field, source, hint) in DeprecatedSources)
        {
            if (source(value.Spec) is not null)
            {
                yield return $"spec.{field}: {hint}";
            }
        }
    }

    // Labels of nodes have got better names since; a volume may follow, and nothing else.
    private static bool IsRenamed(VolumeNodeAffinity old, VolumeNodeAffinity? now) =>
        old.Required is { } before && now?.Required is { } after && Renamed(before, after) == after;

    private static NodeSelector Renamed(NodeSelector old, NodeSelector now) => old with
    {
        NodeSelectorTerms = [.. old.NodeSelectorTerms.Select((term, i) => i >= now.NodeSelectorTerms.Count ? term : term with
        {
            MatchExpressions = [.. term.MatchExpressions.Select((expression, j) =>
                j < now.NodeSelectorTerms[i].MatchExpressions.Count && DeprecatedLabels.NewNameOf(expression.Key) == now.NodeSelectorTerms[i].MatchExpressions[j].Key
                    ? expression with { Key = now.NodeSelectorTerms[i].MatchExpressions[j].Key }
                    : expression)],
        })],
    };
}
