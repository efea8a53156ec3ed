using System.Globalization;
using Navarch.Api;
using Navarch.Api.Apps.V1;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Apps;

/// <summary>Pods that are replaced gradually when their template changes.</summary>
public sealed class DeploymentResource : Resource<Deployment>
{
    private const int HistoryDefault = 10;
    private const int ProgressSecondsDefault = 600;
    private static readonly IntOrString Quarter = new("25%");
    private static readonly string[] StrategyTypes = [DeploymentStrategyType.Recreate, DeploymentStrategyType.RollingUpdate];

    public override bool HasStatus => true;

    public override IReadOnlyList<string> StatusKeeps => ["metadata.labels"];

    public override bool HasGeneration => true;

    public override IReadOnlyList<Column<Deployment>> Columns { get; } =
    [
        Columns<Deployment>.Name,
        Columns<Deployment>.Text("Ready", static value => string.Create(CultureInfo.InvariantCulture, $"{value.Status.ReadyReplicas}/{value.Spec.Replicas ?? 0}")),
        Columns<Deployment>.Count("Up-to-date", static value => value.Status.UpdatedReplicas),
        Columns<Deployment>.Count("Available", static value => value.Status.AvailableReplicas),
        Columns<Deployment>.Age,
        Columns<Deployment>.Text("Containers", static value => Cells.Names(value.Spec.Template.Spec.Containers), priority: 1),
        Columns<Deployment>.Text("Images", static value => Cells.Images(value.Spec.Template.Spec.Containers), priority: 1),
        Columns<Deployment>.Text("Selector", static value => Cells.SelectorText(value.Spec.Selector), priority: 1),
    ];

    public override Deployment Default(Deployment value)
    {
        var strategy = value.Spec.Strategy;
        strategy = strategy.Type.Length == 0 ? strategy with { Type = DeploymentStrategyType.RollingUpdate } : strategy;
        if (strategy.Type == DeploymentStrategyType.RollingUpdate)
        {
            var rolling = strategy.RollingUpdate ?? RollingUpdateDeployment.Empty;
            strategy = strategy with
            {
                RollingUpdate = rolling with { MaxUnavailable = rolling.MaxUnavailable ?? Quarter, MaxSurge = rolling.MaxSurge ?? Quarter },
            };
        }

        return value with
        {
            Spec = value.Spec with
            {
                Replicas = value.Spec.Replicas ?? 1,
                Strategy = strategy,
                RevisionHistoryLimit = value.Spec.RevisionHistoryLimit ?? HistoryDefault,
                ProgressDeadlineSeconds = value.Spec.ProgressDeadlineSeconds ?? ProgressSecondsDefault,
                Template = PodTemplateDefaults.Template(value.Spec.Template),
            },
        };
    }

    public override Deployment PrepareForCreate(Deployment value, WriteContext context) => value with { Status = DeploymentStatus.Empty };

    public override Deployment PrepareForUpdate(Deployment value, Deployment old, WriteContext context) => value with { Status = old.Status };

    public override Deployment PrepareForStatusUpdate(Deployment value, Deployment old, WriteContext context) =>
        value with { Spec = old.Spec, Metadata = value.Metadata with { Labels = old.Metadata.Labels } };

    // Annotations count: a rollback to a revision and the cause of a change are told by them.
    public override bool ChangesGeneration(Deployment value, Deployment old) =>
        value.Spec != old.Spec || !value.Metadata.Annotations.Equals(old.Metadata.Annotations);

    public override void Validate(Deployment value, FieldErrors errors)
    {
        var (path, spec) = (FieldPath.Of("spec"), value.Spec);
        errors.AtLeastZero(path, "replicas", spec.Replicas ?? 1);
        WorkloadRules.SelectorAndTemplate(errors, path, spec.Selector, spec.Template, "deployment", "ReplicaSet");
        Strategy(errors, path / "strategy", spec.Strategy);
        errors.AtLeastZero(path, "minReadySeconds", spec.MinReadySeconds);
        if (spec.RevisionHistoryLimit is { } history)
        {
            errors.AtLeastZero(path, "revisionHistoryLimit", history);
        }

        if (spec.ProgressDeadlineSeconds is { } deadline)
        {
            errors.AtLeastZero(path, "progressDeadlineSeconds", deadline);
            if (deadline <= spec.MinReadySeconds)
            {
                errors.Invalid(path / "progressDeadlineSeconds", deadline, "must be greater than minReadySeconds");
            }
        }
    }

    public override void ValidateUpdate(Deployment value, Deployment old, FieldErrors errors) =>
        WorkloadRules.UnchangedSelector(errors, value.Spec.Selector, old.Spec.Selector);

    public override void ValidateStatusUpdate(Deployment value, Deployment old, FieldErrors errors)
    {
        var (path, status) = (FieldPath.Of("status"), value.Status);
        errors.AtLeastZero(path, "observedGeneration", status.ObservedGeneration);
        errors.AtLeastZero(path, "replicas", status.Replicas);
        errors.AtLeastZero(path, "updatedReplicas", status.UpdatedReplicas);
        errors.AtLeastZero(path, "readyReplicas", status.ReadyReplicas);
        errors.AtLeastZero(path, "availableReplicas", status.AvailableReplicas);
        errors.AtLeastZero(path, "unavailableReplicas", status.UnavailableReplicas);
        errors.AtLeastZero(path, "terminatingReplicas", status.TerminatingReplicas ?? 0);
        AtMost("updatedReplicas", status.UpdatedReplicas, status.Replicas, "status.replicas");
        AtMost("readyReplicas", status.ReadyReplicas, status.Replicas, "status.replicas");
        AtMost("availableReplicas", status.AvailableReplicas, status.Replicas, "status.replicas");
        AtMost("availableReplicas", status.AvailableReplicas, status.ReadyReplicas, "readyReplicas");
        if (status.CollisionCount is { } count)
        {
            errors.AtLeastZero(path, "collisionCount", count);
        }

        if ((status.CollisionCount ?? -1) < (old.Status.CollisionCount ?? -1))
        {
            errors.Invalid(path / "collisionCount", status.CollisionCount ?? 0, "cannot be decremented");
        }

        void AtMost(string field, int number, int max, string what)
        {
            if (number > max)
            {
                errors.Invalid(path / field, number, $"cannot be greater than {what}");
            }
        }
    }

    public override IEnumerable<string> Warnings(Deployment value) =>
        PodWarnings.OfName(value.Metadata.Name).Concat(PodWarnings.OfTemplate(value.Spec.Template, "spec.template"));

    private static void Strategy(FieldErrors errors, FieldPath path, DeploymentStrategy strategy)
    {
        errors.OneOf(path, "type", strategy.Type, StrategyTypes);
        if (strategy.RollingUpdate is not { } rolling)
        {
            return;
        }

        if (strategy.Type == DeploymentStrategyType.Recreate)
        {
            errors.Forbidden(path / "rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
            return;
        }

        var at = path / "rollingUpdate";
        errors.IntOrPercent(at / "maxUnavailable", rolling.MaxUnavailable);
        errors.IntOrPercent(at / "maxSurge", rolling.MaxSurge);
        if (IsZero(rolling.MaxUnavailable) && IsZero(rolling.MaxSurge))
        {
            errors.Invalid(at / "maxUnavailable", rolling.MaxUnavailable, "may not be 0 when `maxSurge` is 0");
        }

        errors.AtMostHundredPercent(at / "maxUnavailable", rolling.MaxUnavailable);
    }

    private static bool IsZero(IntOrString? value) => value is { } given && (given.IsString ? CommonRules.Percent(given) == 0 : given.Number == 0);
}
