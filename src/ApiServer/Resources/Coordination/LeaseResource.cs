using Navarch.Api.Coordination.V1;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Selectors;

namespace Navarch.ApiServer.Resources.Coordination;

/// <summary>A claim that must be renewed: a node's heartbeat, a leader's seat.</summary>
public sealed class LeaseResource : Resource<Lease>
{
    public override bool CreatesOnUpdate => true;

    public override bool AllowsUnconditionalUpdate => false;

    public override IReadOnlyList<Column<Lease>> Columns { get; } =
    [
        Columns<Lease>.Name,
        Columns<Lease>.Text("Holder", static value => value.Spec.HolderIdentity ?? ""),
        Columns<Lease>.Age,
    ];

    public override void Validate(Lease value, FieldErrors errors)
    {
        var spec = FieldPath.Of("spec");
        if (value.Spec.LeaseDurationSeconds is { } seconds)
        {
            errors.Positive(spec, "leaseDurationSeconds", seconds);
        }

        if (value.Spec.LeaseTransitions is { } transitions)
        {
            errors.AtLeastZero(spec, "leaseTransitions", transitions);
        }

        if (value.Spec.Strategy is { } strategy && strategy != CoordinatedLeaseStrategy.OldestEmulationVersion
            && (!strategy.Contains('/') || !LabelSyntax.IsQualifiedName(strategy)))
        {
            errors.NotSupported(spec / "strategy", strategy, [CoordinatedLeaseStrategy.OldestEmulationVersion]);
        }

        if (!string.IsNullOrEmpty(value.Spec.PreferredHolder) && value.Spec.Strategy is null)
        {
            errors.Forbidden(spec / "preferredHolder", "may only be specified if `strategy` is defined");
        }
    }
}
