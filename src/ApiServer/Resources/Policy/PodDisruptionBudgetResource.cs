using Navarch.Api;
using Navarch.Api.Policy.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Policy;

/// <summary>How many pods of a set may be taken down at once.</summary>
public sealed class PodDisruptionBudgetResource : Resource<PodDisruptionBudget>
{
    public override bool HasStatus => true;

    public override bool HasGeneration => true;

    public override bool AllowsUnconditionalUpdate => false;

    public override IReadOnlyList<Column<PodDisruptionBudget>> Columns { get; } =
    [
        Columns<PodDisruptionBudget>.Name,
        Columns<PodDisruptionBudget>.Text("Min Available", static value => value.Spec.MinAvailable?.ToString() ?? "N/A"),
        Columns<PodDisruptionBudget>.Text("Max Unavailable", static value => value.Spec.MaxUnavailable?.ToString() ?? "N/A"),
        Columns<PodDisruptionBudget>.Integer("Allowed Disruptions", static value => value.Status.DisruptionsAllowed),
        Columns<PodDisruptionBudget>.Age,
    ];

    public override PodDisruptionBudget PrepareForCreate(PodDisruptionBudget value, WriteContext context) => value with { Status = PodDisruptionBudgetStatus.Empty };

    public override PodDisruptionBudget PrepareForUpdate(PodDisruptionBudget value, PodDisruptionBudget old, WriteContext context) => value with { Status = old.Status };

    public override PodDisruptionBudget PrepareForStatusUpdate(PodDisruptionBudget value, PodDisruptionBudget old, WriteContext context) => value with { Spec = old.Spec };

    public override bool ChangesGeneration(PodDisruptionBudget value, PodDisruptionBudget old) => value.Spec != old.Spec;

    public override void Validate(PodDisruptionBudget value, FieldErrors errors)
    {
        var (path, spec) = (FieldPath.Of("spec"), value.Spec);
        if (spec is { MinAvailable: not null, MaxUnavailable: not null })
        {
            errors.Invalid(path, RawValue.Of(spec), "minAvailable and maxUnavailable cannot be both set");
        }

        Amount(path / "minAvailable", spec.MinAvailable);
        Amount(path / "maxUnavailable", spec.MaxUnavailable);
        errors.Selector(path / "selector", spec.Selector);
        if (spec.UnhealthyPodEvictionPolicy is { } policy)
        {
            errors.OneOf(path, "unhealthyPodEvictionPolicy", policy, ["AlwaysAllow", "IfHealthyBudget"]);
        }

        void Amount(FieldPath at, IntOrString? amount)
        {
            errors.IntOrPercent(at, amount);
            errors.AtMostHundredPercent(at, amount);
        }
    }

    public override void ValidateStatusUpdate(PodDisruptionBudget value, PodDisruptionBudget old, FieldErrors errors)
    {
        var (path, status) = (FieldPath.Of("status"), value.Status);
        errors.Conditions(path / "conditions", status.Conditions);
        errors.AtLeastZero(path, "disruptionsAllowed", status.DisruptionsAllowed);
        errors.AtLeastZero(path, "currentHealthy", status.CurrentHealthy);
        errors.AtLeastZero(path, "desiredHealthy", status.DesiredHealthy);
        errors.AtLeastZero(path, "expectedPods", status.ExpectedPods);
    }
}
