using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>How evenly pods lie over the values of a node label.</summary>
public sealed partial record TopologySpreadConstraint : IApiType<TopologySpreadConstraint>
{
    /// <summary>By how many pods the fullest domain may exceed the emptiest.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public int MaxSkew { get; init; }

    /// <summary>Label of nodes: each of its values is a domain.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string TopologyKey { get; init; } = "";

    /// <summary>DoNotSchedule: the pod waits; ScheduleAnyway: nodes that keep the skew small are preferred.</summary>
    [Proto(3), Required, WrittenWhenEmpty, OneOf(typeof(UnsatisfiableConstraintAction))]
    public string WhenUnsatisfiable { get; init; } = "";

    /// <summary>Labels of the pods to count.</summary>
    [Proto(4)]
    public LabelSelector? LabelSelector { get; init; }

    /// <summary>With fewer domains than this the emptiest counts as having no pod.</summary>
    [Proto(5)]
    public int? MinDomains { get; init; }

    /// <summary>Honor (default): only nodes that the pod's selector and affinity match count; Ignore: all do.</summary>
    [Proto(6), OneOf(typeof(NodeInclusionPolicy))]
    public string? NodeAffinityPolicy { get; init; }

    /// <summary>Ignore (default): taints do not matter; Honor: only nodes whose taints the pod tolerates count.</summary>
    [Proto(7), OneOf(typeof(NodeInclusionPolicy))]
    public string? NodeTaintsPolicy { get; init; }

    /// <summary>Labels that counted pods must have with the same value as this pod, such as pod-template-hash.</summary>
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
