using Navarch.Api.Storage.V1;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Storage;

/// <summary>What the cluster must know of a storage driver.</summary>
public sealed class CSIDriverResource : Resource<CSIDriver>
{
    public override bool HasGeneration => true;

    public override bool AllowsUnconditionalUpdate => false;

    public override IReadOnlyList<Column<CSIDriver>> Columns { get; } =
    [
        Columns<CSIDriver>.Name,
        new("AttachRequired", "boolean", static (value, _) => value.Spec.AttachRequired ?? true),
        new("PodInfoOnMount", "boolean", static (value, _) => value.Spec.PodInfoOnMount ?? false),
        new("StorageCapacity", "boolean", static (value, _) => value.Spec.StorageCapacity ?? false),
        Columns<CSIDriver>.Text("TokenRequests", static value => value.Spec.TokenRequests.Count == 0 ? Cells.Unset : string.Join(',', value.Spec.TokenRequests.Select(static request => request.Audience))),
        new("RequiresRepublish", "boolean", static (value, _) => value.Spec.RequiresRepublish ?? false),
        Columns<CSIDriver>.Text("Modes", static value => Cells.OrNone(string.Join(',', value.Spec.VolumeLifecycleModes))),
        Columns<CSIDriver>.Age,
    ];

    public override CSIDriver Default(CSIDriver value) => value with
    {
        Spec = value.Spec with
        {
            AttachRequired = value.Spec.AttachRequired ?? true,
            PodInfoOnMount = value.Spec.PodInfoOnMount ?? false,
            StorageCapacity = value.Spec.StorageCapacity ?? false,
            FSGroupPolicy = value.Spec.FSGroupPolicy ?? FSGroupPolicy.ReadWriteOnceWithFSType,
            VolumeLifecycleModes = value.Spec.VolumeLifecycleModes.Count == 0 ? [VolumeLifecycleMode.VolumeLifecyclePersistent] : value.Spec.VolumeLifecycleModes,
            RequiresRepublish = value.Spec.RequiresRepublish ?? false,
            SELinuxMount = value.Spec.SELinuxMount ?? false,
        },
    };

    public override bool ChangesGeneration(CSIDriver value, CSIDriver old) =>
        !value.Spec.TokenRequests.SequenceEqual(old.Spec.TokenRequests) || value.Spec.RequiresRepublish != old.Spec.RequiresRepublish || value.Spec.SELinuxMount != old.Spec.SELinuxMount;

    public override void Validate(CSIDriver value, FieldErrors errors)
    {
        var (path, spec) = (FieldPath.Of("spec"), value.Spec);
        VolumeValidation.Driver(errors, FieldPath.Of("metadata") / "name", value.Metadata.Name);
        if (spec.FSGroupPolicy is { } policy)
        {
            errors.OneOf(path, "fsGroupPolicy", policy, ["File", "None", "ReadWriteOnceWithFSType"]);
        }

        foreach (var mode in spec.VolumeLifecycleModes)
        {
            errors.OneOf(path, "volumeLifecycleModes", mode, ["Ephemeral", "Persistent"]);
        }

        var isRepeated = Repeats.Of(spec.TokenRequests, static item => item.Audience);
        for (var i = 0; i < spec.TokenRequests.Count; i++)
        {
            var at = (path / "tokenRequests")[i];
            if (isRepeated[i])
            {
                errors.Duplicate(at / "audience", spec.TokenRequests[i].Audience);
            }

            StorageRules.TokenSeconds(errors, at / "expirationSeconds", spec.TokenRequests[i].ExpirationSeconds);
        }

        if (spec.NodeAllocatableUpdatePeriodSeconds < 10)
        {
            errors.Invalid(path / "nodeAllocatableUpdatePeriodSeconds", spec.NodeAllocatableUpdatePeriodSeconds, "must be greater than or equal to 10 seconds");
        }

        if (spec.ServiceAccountTokenInSecrets is { } inSecrets && spec.TokenRequests.Count == 0)
        {
            errors.Invalid(path / "serviceAccountTokenInSecrets", inSecrets, "may only be set when tokenRequests is specified");
        }
    }

    public override void ValidateUpdate(CSIDriver value, CSIDriver old, FieldErrors errors)
    {
        var path = FieldPath.Of("spec");
        errors.Unchanged(path / "attachRequired", value.Spec.AttachRequired, old.Spec.AttachRequired, static required => required);
        if (!value.Spec.VolumeLifecycleModes.SequenceEqual(old.Spec.VolumeLifecycleModes))
        {
            errors.Invalid(path / "volumeLifecycleModes", RawValue.Of(value.Spec.VolumeLifecycleModes), CommonRules.Immutable);
        }
    }
}
