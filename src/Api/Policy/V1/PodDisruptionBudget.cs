using Navarch.Api.Meta.V1;

namespace Navarch.Api.Policy.V1;

/// <summary>How many pods of a set may be missing by intent at a time.</summary>
[Resource("policy", "v1", "poddisruptionbudgets", Namespaced = true, ShortNames = ["pdb"])]
public sealed partial record PodDisruptionBudget : IResource<PodDisruptionBudget>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public PodDisruptionBudgetSpec Spec { get; init; } = PodDisruptionBudgetSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public PodDisruptionBudgetStatus Status { get; init; } = PodDisruptionBudgetStatus.Empty;
}

public sealed partial record PodDisruptionBudgetSpec : IApiType<PodDisruptionBudgetSpec>
{
    /// <summary>Pods, by number or percentage, that must stay available.</summary>
    [Proto(1)]
    public IntOrString? MinAvailable { get; init; }

    /// <summary>Labels of the pods; empty means all of the namespace.</summary>
    [Proto(2)]
    public LabelSelector? Selector { get; init; }

    /// <summary>Pods, by number or percentage, that may be missing; instead of minAvailable.</summary>
    [Proto(3)]
    public IntOrString? MaxUnavailable { get; init; }

    /// <summary>IfHealthyBudget (default), or AlwaysAllow: whether pods that are not ready may always be evicted.</summary>
    [Proto(4), OneOf(typeof(UnhealthyPodEvictionPolicyType))]
    public string? UnhealthyPodEvictionPolicy { get; init; }
}

public sealed partial record PodDisruptionBudgetStatus : IApiType<PodDisruptionBudgetStatus>
{
    /// <summary>The metadata.generation that this status speaks of.</summary>
    [Proto(1)]
    public long ObservedGeneration { get; init; }

    /// <summary>Pods whose eviction was allowed and that are not gone yet.</summary>
    [Proto(2)]
    public Map<DateTimeOffset> DisruptedPods { get; init; } = [];

    /// <summary>Pods that may be evicted just now.</summary>
    [Proto(3), WrittenWhenEmpty]
    public int DisruptionsAllowed { get; init; }

    /// <summary>Pods that are healthy.</summary>
    [Proto(4), WrittenWhenEmpty]
    public int CurrentHealthy { get; init; }

    /// <summary>Pods that must be healthy.</summary>
    [Proto(5), WrittenWhenEmpty]
    public int DesiredHealthy { get; init; }

    /// <summary>Pods the budget counts with.</summary>
    [Proto(6), WrittenWhenEmpty]
    public int ExpectedPods { get; init; }

    [Proto(7), Merge("type"), ListMap("type")]
    public IReadOnlyList<Condition> Conditions { get; init; } = [];
}

/// <summary>The values of a UnhealthyPodEvictionPolicyType.</summary>
public static class UnhealthyPodEvictionPolicyType
{
    public const string AlwaysAllow = "AlwaysAllow";
    public const string IfHealthyBudget = "IfHealthyBudget";
}
