using Navarch.Api.Apps.V1;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Apps;

/// <summary>A set of interchangeable pods that is kept at a wanted size.</summary>
public sealed class ReplicaSetResource : Resource<ReplicaSet>
{
    public override bool HasStatus => true;

    public override bool HasGeneration => true;

    public override IReadOnlyList<Column<ReplicaSet>> Columns { get; } =
    [
        Columns<ReplicaSet>.Name,
        Columns<ReplicaSet>.Integer("Desired", static value => value.Spec.Replicas ?? 0),
        Columns<ReplicaSet>.Integer("Current", static value => value.Status.Replicas),
        Columns<ReplicaSet>.Integer("Ready", static value => value.Status.ReadyReplicas),
        Columns<ReplicaSet>.Age,
        Columns<ReplicaSet>.Text("Containers", static value => Cells.Names(value.Spec.Template.Spec.Containers), priority: 1),
        Columns<ReplicaSet>.Text("Images", static value => Cells.Images(value.Spec.Template.Spec.Containers), priority: 1),
        Columns<ReplicaSet>.Text("Selector", static value => Cells.SelectorText(value.Spec.Selector), priority: 1),
    ];

    public override ReplicaSet Default(ReplicaSet value) => value with
    {
        Spec = value.Spec with { Replicas = value.Spec.Replicas ?? 1, Template = PodTemplateDefaults.Template(value.Spec.Template) },
    };

    public override ReplicaSet PrepareForCreate(ReplicaSet value, WriteContext context) => value with { Status = ReplicaSetStatus.Empty };

    public override ReplicaSet PrepareForUpdate(ReplicaSet value, ReplicaSet old, WriteContext context) => value with { Status = old.Status };

    public override ReplicaSet PrepareForStatusUpdate(ReplicaSet value, ReplicaSet old, WriteContext context) => value with { Spec = old.Spec };

    public override bool ChangesGeneration(ReplicaSet value, ReplicaSet old) => value.Spec != old.Spec;

    public override void Validate(ReplicaSet value, FieldErrors errors)
    {
        var (path, spec) = (FieldPath.Of("spec"), value.Spec);
        errors.AtLeastZero(path, "replicas", spec.Replicas ?? 1);
        errors.AtLeastZero(path, "minReadySeconds", spec.MinReadySeconds);
        WorkloadRules.SelectorAndTemplate(errors, path, spec.Selector, spec.Template, "deployment", "ReplicaSet");
    }

    public override void ValidateUpdate(ReplicaSet value, ReplicaSet old, FieldErrors errors) =>
        WorkloadRules.UnchangedSelector(errors, value.Spec.Selector, old.Spec.Selector);

    public override void ValidateStatusUpdate(ReplicaSet value, ReplicaSet old, FieldErrors errors)
    {
        var status = value.Status;
        ReplicaStatusRules.Validate(errors, status.Replicas, status.FullyLabeledReplicas, status.ReadyReplicas, status.AvailableReplicas, status.ObservedGeneration);
        errors.AtLeastZero(FieldPath.Of("status"), "terminatingReplicas", status.TerminatingReplicas ?? 0);
    }

    public override IEnumerable<string> Warnings(ReplicaSet value) =>
        PodWarnings.OfName(value.Metadata.Name).Concat(PodWarnings.OfTemplate(value.Spec.Template, "spec.template"));
}
