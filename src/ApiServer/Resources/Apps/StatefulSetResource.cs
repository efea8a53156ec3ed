using System.Globalization;
using Navarch.Api.Apps.V1;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Apps;

/// <summary>Pods with names and storage of their own.</summary>
public sealed class StatefulSetResource : Resource<StatefulSet>
{
    private const string UpdateForm =
        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

    public override bool HasStatus => true;

    public override bool HasGeneration => true;

    public override IReadOnlyList<Column<StatefulSet>> Columns { get; } =
    [
        Columns<StatefulSet>.Name,
        Columns<StatefulSet>.Text("Ready", static value => string.Create(CultureInfo.InvariantCulture, $"{value.Status.ReadyReplicas}/{value.Spec.Replicas ?? 0}")),
        Columns<StatefulSet>.Age,
        Columns<StatefulSet>.Text("Containers", static value => Cells.Names(value.Spec.Template.Spec.Containers), priority: 1),
        Columns<StatefulSet>.Text("Images", static value => Cells.Images(value.Spec.Template.Spec.Containers), priority: 1),
    ];

    public override string? NameProblem(string name) => Names.LabelProblem(name);

    public override StatefulSet Default(StatefulSet value)
    {
        var spec = value.Spec;
        var strategy = spec.UpdateStrategy;
        if (strategy.Type.Length == 0)
        {
            strategy = strategy with
            {
                Type = StatefulSetUpdateStrategyType.RollingUpdateStatefulSetStrategyType,
                RollingUpdate = strategy.RollingUpdate ?? RollingUpdateStatefulSetStrategy.Empty,
            };
        }

        if (strategy is { Type: StatefulSetUpdateStrategyType.RollingUpdateStatefulSetStrategyType, RollingUpdate: { } rolling })
        {
            strategy = strategy with { RollingUpdate = rolling with { Partition = rolling.Partition ?? 0 } };
        }

        var retention = spec.PersistentVolumeClaimRetentionPolicy ?? StatefulSetPersistentVolumeClaimRetentionPolicy.Empty;
        return value with
        {
            Spec = spec with
            {
                Replicas = spec.Replicas ?? 1,
                PodManagementPolicy = spec.PodManagementPolicy.Length == 0 ? PodManagementPolicyType.OrderedReadyPodManagement : spec.PodManagementPolicy,
                UpdateStrategy = strategy,
                RevisionHistoryLimit = spec.RevisionHistoryLimit ?? 10,
                PersistentVolumeClaimRetentionPolicy = retention with
                {
                    WhenDeleted = retention.WhenDeleted.Length == 0 ? "Retain" : retention.WhenDeleted,
                    WhenScaled = retention.WhenScaled.Length == 0 ? "Retain" : retention.WhenScaled,
                },
                Template = PodTemplateDefaults.Template(spec.Template),
                VolumeClaimTemplates = PodTemplateDefaults.Each(spec.VolumeClaimTemplates, static claim => claim with
                {
                    Spec = PodTemplateDefaults.ClaimSpec(claim.Spec),
                    Status = claim.Status.Phase.Length == 0 ? claim.Status with { Phase = PersistentVolumeClaimPhase.ClaimPending } : claim.Status,
                }),
            },
        };
    }

    public override StatefulSet PrepareForCreate(StatefulSet value, WriteContext context) => value with { Status = StatefulSetStatus.Empty };

    public override StatefulSet PrepareForUpdate(StatefulSet value, StatefulSet old, WriteContext context) => value with { Status = old.Status };

    public override StatefulSet PrepareForStatusUpdate(StatefulSet value, StatefulSet old, WriteContext context) => value with { Spec = old.Spec };

    public override bool ChangesGeneration(StatefulSet value, StatefulSet old) => value.Spec != old.Spec;

    public override void Validate(StatefulSet value, FieldErrors errors)
    {
        var (path, spec) = (FieldPath.Of("spec"), value.Spec);
        errors.RequiredOneOf(path, "podManagementPolicy", spec.PodManagementPolicy, ["OrderedReady", "Parallel"]);
        Strategy(errors, path / "updateStrategy", spec.UpdateStrategy);
        if (spec.PersistentVolumeClaimRetentionPolicy is { } retention)
        {
            errors.OneOf(path / "persistentVolumeClaimRetentionPolicy", "whenDeleted", retention.WhenDeleted, ["Delete", "Retain"]);
            errors.OneOf(path / "persistentVolumeClaimRetentionPolicy", "whenScaled", retention.WhenScaled, ["Delete", "Retain"]);
        }

        errors.AtLeastZero(path, "replicas", spec.Replicas ?? 1);
        errors.AtLeastZero(path, "minReadySeconds", spec.MinReadySeconds);
        errors.AtLeastZero(path / "ordinals", "start", spec.Ordinals?.Start ?? 0);
        WorkloadRules.SelectorAndTemplate(errors, path, spec.Selector, WithClaims(spec), "statefulset", "StatefulSet");
    }

    // Each pod gets a volume for every claim template: containers may mount them by the template's name.
    private static PodTemplateSpec WithClaims(StatefulSetSpec spec) => spec.Template with
    {
        Spec = spec.Template.Spec with
        {
            Volumes =
            [
                .. spec.Template.Spec.Volumes,
                .. spec.VolumeClaimTemplates.Select(static claim => claim.Metadata.Name)
                    .Where(name => spec.Template.Spec.Volumes.All(volume => volume.Name != name))
                    .Select(static name => new Volume { Name = name, PersistentVolumeClaim = new PersistentVolumeClaimVolumeSource { ClaimName = name } }),
            ],
        },
    };

    public override void ValidateCreate(StatefulSet value, FieldErrors errors)
    {
        if (value.Spec.ServiceName.Length > 0)
        {
            errors.InvalidIf(Names.LabelProblem(value.Spec.ServiceName), "spec.serviceName", value.Spec.ServiceName);
        }

        errors.AtLeastZero(FieldPath.Of("spec"), "revisionHistoryLimit", value.Spec.RevisionHistoryLimit ?? 0);
    }

    public override void ValidateUpdate(StatefulSet value, StatefulSet old, FieldErrors errors)
    {
        var allowed = old.Spec with
        {
            Replicas = value.Spec.Replicas,
            Ordinals = value.Spec.Ordinals,
            Template = value.Spec.Template,
            UpdateStrategy = value.Spec.UpdateStrategy,
            RevisionHistoryLimit = value.Spec.RevisionHistoryLimit,
            PersistentVolumeClaimRetentionPolicy = value.Spec.PersistentVolumeClaimRetentionPolicy,
            MinReadySeconds = value.Spec.MinReadySeconds,
        };
        if (allowed != value.Spec)
        {
            errors.Forbidden("spec", UpdateForm);
        }
    }

    public override void ValidateStatusUpdate(StatefulSet value, StatefulSet old, FieldErrors errors)
    {
        var (path, status) = (FieldPath.Of("status"), value.Status);
        (string Field, int Number)[] counts =
            [("readyReplicas", status.ReadyReplicas), ("currentReplicas", status.CurrentReplicas), ("updatedReplicas", status.UpdatedReplicas), ("availableReplicas", status.AvailableReplicas)];
        errors.AtLeastZero(path, "replicas", status.Replicas);
        foreach (var (field, number) in counts)
        {
            errors.AtLeastZero(path, field, number);
            if (number > status.Replicas)
            {
                errors.Invalid(path / field, number, "cannot be greater than status.replicas");
            }
        }

        if (status.AvailableReplicas > status.ReadyReplicas)
        {
            errors.Invalid(path / "availableReplicas", status.AvailableReplicas, "cannot be greater than status.readyReplicas");
        }

        if ((status.CollisionCount ?? -1) < (old.Status.CollisionCount ?? -1))
        {
            errors.Invalid(path / "collisionCount", status.CollisionCount ?? 0, "cannot be decremented");
        }
    }

    public override IEnumerable<string> Warnings(StatefulSet value) => PodWarnings.OfTemplate(value.Spec.Template, "spec.template");

    private static void Strategy(FieldErrors errors, FieldPath path, StatefulSetUpdateStrategy strategy)
    {
        errors.RequiredOneOf(path, "type", strategy.Type, ["OnDelete", "RollingUpdate"]);
        if (strategy.RollingUpdate is not { } rolling)
        {
            return;
        }

        if (strategy.Type == StatefulSetUpdateStrategyType.OnDeleteStatefulSetStrategyType)
        {
            errors.Invalid(path / "rollingUpdate", RawValue.Of(rolling), "only allowed for updateStrategy 'RollingUpdate'");
            return;
        }

        errors.AtLeastZero(path / "rollingUpdate", "partition", rolling.Partition ?? 0);
        if (rolling.MaxUnavailable is { } unavailable)
        {
            var at = path / "rollingUpdate" / "maxUnavailable";
            errors.IntOrPercent(at, unavailable);
            errors.AtMostHundredPercent(at, unavailable);
            if (unavailable is { IsString: false, Number: 0 } || CommonRules.Percent(unavailable) == 0)
            {
                errors.Invalid(at, unavailable, "cannot be 0");
            }
        }
    }
}
