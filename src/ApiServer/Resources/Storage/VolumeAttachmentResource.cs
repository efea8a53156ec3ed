using Navarch.Api.Core.V1;
using Navarch.Api.Storage.V1;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Storage;

/// <summary>That a volume is to be attached to a node, and whether it is.</summary>
public sealed class VolumeAttachmentResource : Resource<VolumeAttachment>
{
    private const int MessageMax = 1024;

    public override bool HasStatus => true;

    public override IReadOnlyList<string> StatusKeeps => ["metadata.annotations", "metadata.finalizers", "metadata.labels", "metadata.ownerReferences"];

    public override bool AllowsUnconditionalUpdate => false;

    public override IReadOnlyList<Column<VolumeAttachment>> Columns { get; } =
    [
        Columns<VolumeAttachment>.Name,
        new("Attacher", "string", static (value, _) => value.Spec.Attacher) { Format = "name" },
        Columns<VolumeAttachment>.Text("PV", static value => value.Spec.Source.PersistentVolumeName ?? ""),
        Columns<VolumeAttachment>.Text("Node", static value => value.Spec.NodeName),
        new("Attached", "boolean", static (value, _) => value.Status.Attached),
        Columns<VolumeAttachment>.Age,
    ];

    public override VolumeAttachment PrepareForCreate(VolumeAttachment value, WriteContext context) => value with { Status = VolumeAttachmentStatus.Empty };

    public override VolumeAttachment PrepareForUpdate(VolumeAttachment value, VolumeAttachment old, WriteContext context) => value with { Status = old.Status };

    public override VolumeAttachment PrepareForStatusUpdate(VolumeAttachment value, VolumeAttachment old, WriteContext context) =>
        value with { Spec = old.Spec, Metadata = old.Metadata with { ResourceVersion = value.Metadata.ResourceVersion, ManagedFields = value.Metadata.ManagedFields } };

    public override void Validate(VolumeAttachment value, FieldErrors errors)
    {
        var (path, spec) = (FieldPath.Of("spec"), value.Spec);
        VolumeValidation.Driver(errors, path / "attacher", spec.Attacher);
        var source = path / "source";
        switch (spec.Source)
        {
            case { PersistentVolumeName: not null, InlineVolumeSpec: not null }:
                errors.Forbidden(source, "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
                break;
            case { PersistentVolumeName: { } name }:
                errors.RequiredSubdomain(source, "persistentVolumeName", name);
                break;
            case { InlineVolumeSpec: { } inline }:
                Inline(errors, source / "inlineVolumeSpec", inline);
                break;
            default:
                errors.Required(source, "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
                break;
        }

        errors.RequiredSubdomain(path, "nodeName", spec.NodeName);
        Status(value, errors);
    }

    public override void ValidateUpdate(VolumeAttachment value, VolumeAttachment old, FieldErrors errors) =>
        errors.Unchanged(FieldPath.Of("spec"), value.Spec, old.Spec, static spec => RawValue.Of(spec));

    public override void ValidateStatusUpdate(VolumeAttachment value, VolumeAttachment old, FieldErrors errors) => Status(value, errors);

    /// <summary>A volume that was never an object: a migrated one, described in place.</summary>
    private static void Inline(FieldErrors errors, FieldPath path, PersistentVolumeSpec inline)
    {
        if (inline.CSI is null)
        {
            errors.Required(path / "csi", "must specify CSI persistent volume source");
        }

        Forbid("claimRef", inline.ClaimRef is not null);
        Forbid("capacity", inline.Capacity.Count > 0);
        Forbid("nodeAffinity", inline.NodeAffinity is not null);
        Forbid("storageClassName", inline.StorageClassName.Length > 0);
        if (inline.PersistentVolumeReclaimPolicy.Length > 0 && inline.PersistentVolumeReclaimPolicy != PersistentVolumeReclaimPolicy.PersistentVolumeReclaimRetain)
        {
            errors.Forbidden(path / "persistentVolumeReclaimPolicy", "may only be \"Retain\" in the context of inline volumes");
        }

        if (inline.VolumeMode is not (null or PersistentVolumeMode.PersistentVolumeFilesystem))
        {
            errors.Forbidden(path / "volumeMode", "may not specify volumeMode other than \"Filesystem\" in the context of inline volumes");
        }

        void Forbid(string field, bool isSet)
        {
            if (isSet)
            {
                errors.Forbidden(path / field, "may not be specified in the context of inline volumes");
            }
        }
    }

    private static void Status(VolumeAttachment value, FieldErrors errors)
    {
        var path = FieldPath.Of("status");
        StorageRules.Parameters(errors, path / "attachmentMetadata", value.Status.AttachmentMetadata, isRequired: false);
        Error(path / "attachError", value.Status.AttachError);
        Error(path / "detachError", value.Status.DetachError);

        void Error(FieldPath at, VolumeError? error)
        {
            if (error is null)
            {
                return;
            }

            if (error.Message.Length > MessageMax)
            {
                errors.TooLong(at / "message", MessageMax);
            }

            errors.AtLeastZero(at, "errorCode", error.ErrorCode ?? 0);
        }
    }
}
