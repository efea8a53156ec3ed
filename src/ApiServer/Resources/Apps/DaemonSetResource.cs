using System.Globalization;
using Navarch.Api;
using Navarch.Api.Apps.V1;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Apps;

/// <summary>One pod on every node, or on every node of a choice.</summary>
public sealed class DaemonSetResource : Resource<DaemonSet>
{
    private const string TemplateGeneration = "deprecated.daemonset.template.generation";

    public override bool HasStatus => true;

    public override bool HasGeneration => true;

    public override IReadOnlyList<Column<DaemonSet>> Columns { get; } =
    [
        Columns<DaemonSet>.Name,
        Columns<DaemonSet>.Integer("Desired", static value => value.Status.DesiredNumberScheduled),
        Columns<DaemonSet>.Integer("Current", static value => value.Status.CurrentNumberScheduled),
        Columns<DaemonSet>.Integer("Ready", static value => value.Status.NumberReady),
        Columns<DaemonSet>.Integer("Up-to-date", static value => value.Status.UpdatedNumberScheduled),
        Columns<DaemonSet>.Integer("Available", static value => value.Status.NumberAvailable),
        Columns<DaemonSet>.Text("Node Selector", static value => Cells.Labels(value.Spec.Template.Spec.NodeSelector)),
        Columns<DaemonSet>.Age,
        Columns<DaemonSet>.Text("Containers", static value => Cells.Names(value.Spec.Template.Spec.Containers), priority: 1),
        Columns<DaemonSet>.Text("Images", static value => Cells.Images(value.Spec.Template.Spec.Containers), priority: 1),
        Columns<DaemonSet>.Text("Selector", static value => Cells.SelectorText(value.Spec.Selector), priority: 1),
    ];

    public override DaemonSet Default(DaemonSet value)
    {
        var strategy = value.Spec.UpdateStrategy;
        strategy = strategy.Type.Length == 0 ? strategy with { Type = DaemonSetUpdateStrategyType.RollingUpdateDaemonSetStrategyType } : strategy;
        if (strategy.Type == DaemonSetUpdateStrategyType.RollingUpdateDaemonSetStrategyType)
        {
            var rolling = strategy.RollingUpdate ?? RollingUpdateDaemonSet.Empty;
            strategy = strategy with { RollingUpdate = rolling with { MaxUnavailable = rolling.MaxUnavailable ?? 1, MaxSurge = rolling.MaxSurge ?? 0 } };
        }

        return value with
        {
            Spec = value.Spec with
            {
                UpdateStrategy = strategy,
                RevisionHistoryLimit = value.Spec.RevisionHistoryLimit ?? 10,
                Template = PodTemplateDefaults.Template(value.Spec.Template),
            },
        };
    }

    public override DaemonSet PrepareForCreate(DaemonSet value, WriteContext context) => WithTemplateGeneration(value with { Status = DaemonSetStatus.Empty }, 1);

    public override DaemonSet PrepareForUpdate(DaemonSet value, DaemonSet old, WriteContext context)
    {
        var before = long.TryParse(old.Metadata.Annotations.Find(TemplateGeneration), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 1;
        return WithTemplateGeneration(value with { Status = old.Status }, value.Spec.Template == old.Spec.Template ? before : before + 1);
    }

    public override DaemonSet PrepareForStatusUpdate(DaemonSet value, DaemonSet old, WriteContext context) => value with { Spec = old.Spec };

    public override bool ChangesGeneration(DaemonSet value, DaemonSet old) => value.Spec != old.Spec;

    public override void Validate(DaemonSet value, FieldErrors errors)
    {
        var (path, spec) = (FieldPath.Of("spec"), value.Spec);
        WorkloadRules.SelectorAndTemplate(errors, path, spec.Selector, spec.Template, "daemonset", "DaemonSet");
        errors.AtLeastZero(path, "minReadySeconds", spec.MinReadySeconds);
        errors.AtLeastZero(path, "revisionHistoryLimit", spec.RevisionHistoryLimit ?? 0);
        var strategy = path / "updateStrategy";
        errors.OneOf(strategy, "type", spec.UpdateStrategy.Type, ["OnDelete", "RollingUpdate"]);
        if (spec.UpdateStrategy.Type == DaemonSetUpdateStrategyType.RollingUpdateDaemonSetStrategyType)
        {
            if (spec.UpdateStrategy.RollingUpdate is { } rolling)
            {
                Rolling(errors, strategy / "rollingUpdate", rolling);
            }
            else
            {
                errors.Required(strategy / "rollingUpdate");
            }
        }
    }

    public override void ValidateUpdate(DaemonSet value, DaemonSet old, FieldErrors errors) =>
        WorkloadRules.UnchangedSelector(errors, value.Spec.Selector, old.Spec.Selector);

    public override void ValidateStatusUpdate(DaemonSet value, DaemonSet old, FieldErrors errors)
    {
        var (path, status) = (FieldPath.Of("status"), value.Status);
        errors.AtLeastZero(path, "currentNumberScheduled", status.CurrentNumberScheduled);
        errors.AtLeastZero(path, "numberMisscheduled", status.NumberMisscheduled);
        errors.AtLeastZero(path, "desiredNumberScheduled", status.DesiredNumberScheduled);
        errors.AtLeastZero(path, "numberReady", status.NumberReady);
        errors.AtLeastZero(path, "observedGeneration", status.ObservedGeneration);
        errors.AtLeastZero(path, "updatedNumberScheduled", status.UpdatedNumberScheduled);
        errors.AtLeastZero(path, "numberAvailable", status.NumberAvailable);
        errors.AtLeastZero(path, "numberUnavailable", status.NumberUnavailable);
        if ((status.CollisionCount ?? -1) < (old.Status.CollisionCount ?? -1))
        {
            errors.Invalid(path / "collisionCount", status.CollisionCount ?? 0, "cannot be decremented");
        }
    }

    public override IEnumerable<string> Warnings(DaemonSet value) => PodWarnings.OfTemplate(value.Spec.Template, "spec.template");

    private static void Rolling(FieldErrors errors, FieldPath path, RollingUpdateDaemonSet rolling)
    {
        errors.IntOrPercent(path / "maxUnavailable", rolling.MaxUnavailable);
        errors.AtMostHundredPercent(path / "maxUnavailable", rolling.MaxUnavailable);
        errors.IntOrPercent(path / "maxSurge", rolling.MaxSurge);
        errors.AtMostHundredPercent(path / "maxSurge", rolling.MaxSurge);
        var (hasUnavailable, hasSurge) = (!IsZero(rolling.MaxUnavailable), !IsZero(rolling.MaxSurge));
        if (hasUnavailable && hasSurge)
        {
            errors.Invalid(path / "maxSurge", rolling.MaxSurge, "may not be set when maxUnavailable is non-zero");
        }
        else if (!hasUnavailable && !hasSurge)
        {
            errors.Required(path / "maxUnavailable", "cannot be 0 when maxSurge is 0");
        }
    }

    private static bool IsZero(IntOrString? value) => value is not { } given || (given.IsString ? CommonRules.Percent(given) == 0 : given.Number == 0);

    private static DaemonSet WithTemplateGeneration(DaemonSet value, long generation) => value with
    {
        Metadata = value.Metadata with { Annotations = value.Metadata.Annotations.With(TemplateGeneration, generation.ToString(CultureInfo.InvariantCulture)) },
    };
}
