using Navarch.Api.Core.V1;
using Navarch.ApiServer.Resources.Apps;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>The older form of a replica set.</summary>
public sealed class ReplicationControllerResource : Resource<ReplicationController>
{
    public override string StoragePrefix => "/registry/controllers/";

    public override bool HasStatus => true;

    public override bool HasGeneration => true;

    public override string DefaultPropagation => "Orphan";

    public override IReadOnlyList<Column<ReplicationController>> Columns { get; } =
    [
        Columns<ReplicationController>.Name,
        Columns<ReplicationController>.Integer("Desired", static value => value.Spec.Replicas ?? 0),
        Columns<ReplicationController>.Integer("Current", static value => value.Status.Replicas),
        Columns<ReplicationController>.Integer("Ready", static value => value.Status.ReadyReplicas),
        Columns<ReplicationController>.Age,
        Columns<ReplicationController>.Text("Containers", static value => Cells.Names(value.Spec.Template?.Spec.Containers ?? []), priority: 1),
        Columns<ReplicationController>.Text("Images", static value => Cells.Images(value.Spec.Template?.Spec.Containers ?? []), priority: 1),
        Columns<ReplicationController>.Text("Selector", static value => Cells.Labels(value.Spec.Selector), priority: 1),
    ];

    public override IReadOnlyDictionary<string, Func<ReplicationController, string>> SelectableFields { get; } = new Dictionary<string, Func<ReplicationController, string>>
    {
        ["status.replicas"] = static value => Cells.Number(value.Status.Replicas),
    };

    public override ReplicationController Default(ReplicationController value)
    {
        var template = value.Spec.Template is { } given ? PodTemplateDefaults.Template(given) : null;
        var labels = template?.Metadata.Labels ?? [];
        return value with
        {
            Metadata = value.Metadata.Labels.Count == 0 ? value.Metadata with { Labels = labels } : value.Metadata,
            Spec = value.Spec with { Replicas = value.Spec.Replicas ?? 1, Selector = value.Spec.Selector.Count == 0 ? labels : value.Spec.Selector, Template = template },
        };
    }

    public override ReplicationController PrepareForCreate(ReplicationController value, WriteContext context) => value with { Status = ReplicationControllerStatus.Empty };

    public override ReplicationController PrepareForUpdate(ReplicationController value, ReplicationController old, WriteContext context) => value with { Status = old.Status };

    public override ReplicationController PrepareForStatusUpdate(ReplicationController value, ReplicationController old, WriteContext context) => value with { Spec = old.Spec };

    public override bool ChangesGeneration(ReplicationController value, ReplicationController old) => value.Spec != old.Spec;

    public override void Validate(ReplicationController value, FieldErrors errors)
    {
        var (path, spec) = (FieldPath.Of("spec"), value.Spec);
        errors.AtLeastZero(path, "minReadySeconds", spec.MinReadySeconds);
        if (spec.Selector.Count == 0)
        {
            errors.Required(path / "selector");
        }

        errors.AtLeastZero(path, "replicas", spec.Replicas ?? 0);
        if (spec.Template is not { } template)
        {
            errors.Required(path / "template");
            return;
        }

        if (spec.Selector.Any(label => template.Metadata.Labels.Find(label.Key) != label.Value))
        {
            errors.Invalid(path / "template" / "metadata" / "labels", RawValue.Of(template.Metadata.Labels), "`selector` does not match template `labels`");
        }

        PodSpecValidation.LastingTemplate(errors, path / "template", template, "ReplicationController");
    }

    public override void ValidateStatusUpdate(ReplicationController value, ReplicationController old, FieldErrors errors)
    {
        var status = value.Status;
        ReplicaStatusRules.Validate(errors, status.Replicas, status.FullyLabeledReplicas, status.ReadyReplicas, status.AvailableReplicas, status.ObservedGeneration);
    }
}
