using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

public sealed partial record TopologySpreadConstraint : IApiType<TopologySpreadConstraint>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public int MaxSkew { get; init; }

    [Proto(2), Required, WrittenWhenEmpty]
    public string TopologyKey { get; init; } = "";

    [Proto(3), Required, WrittenWhenEmpty, OneOf(typeof(UnsatisfiableConstraintAction))]
    public string WhenUnsatisfiable { get; init; } = "";

    [Proto(4)]
    public LabelSelector? LabelSelector { get; init; }

    [Proto(5)]
    public int? MinDomains { get; init; }

    [Proto(6), OneOf(typeof(NodeInclusionPolicy))]
    public string? NodeAffinityPolicy { get; init; }

    [Proto(7), OneOf(typeof(NodeInclusionPolicy))]
    public string? NodeTaintsPolicy { get; init; }

    [Proto(8), ListAtomic]
    public IReadOnlyList<string> MatchLabelKeys { get; init; } = [];
}

/// <summary>The values of a NodeInclusionPolicy.</summary>
public static class NodeInclusionPolicy
{
    public const string Honor = "Honor";
    public const string Ignore = "Ignore";
}

/// <summary>The values of a UnsatisfiableConstraintAction.</summary>
public static class UnsatisfiableConstraintAction
{
    public const string DoNotSchedule = "DoNotSchedule";
    public const string ScheduleAnyway = "ScheduleAnyway";
}
