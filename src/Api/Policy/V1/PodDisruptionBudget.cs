using Navarch.Api.Meta.V1;

namespace Navarch.Api.Policy.V1;

/// <summary>How many pods of a set may be missing by intent at a time.</summary>
[Resource("policy", "v1", "poddisruptionbudgets", Namespaced = true, ShortNames = ["pdb"])]
public sealed partial record PodDisruptionBudget : IResource<PodDisruptionBudget>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2)]
    public PodDisruptionBudgetSpec Spec { get; init; } = PodDisruptionBudgetSpec.Empty;

    [Proto(3)]
    public PodDisruptionBudgetStatus Status { get; init; } = PodDisruptionBudgetStatus.Empty;
}

public sealed partial record PodDisruptionBudgetSpec : IApiType<PodDisruptionBudgetSpec>
{
    [Proto(1)]
    public IntOrString? MinAvailable { get; init; }

    [Proto(2)]
    public LabelSelector? Selector { get; init; }

    [Proto(3)]
    public IntOrString? MaxUnavailable { get; init; }

    [Proto(4), OneOf(typeof(UnhealthyPodEvictionPolicyType))]
    public string? UnhealthyPodEvictionPolicy { get; init; }
}

public sealed partial record PodDisruptionBudgetStatus : IApiType<PodDisruptionBudgetStatus>
{
    [Proto(1)]
    public long ObservedGeneration { get; init; }

    [Proto(2)]
    public Map<DateTimeOffset> DisruptedPods { get; init; } = [];

    [Proto(3), WrittenWhenEmpty]
    public int DisruptionsAllowed { get; init; }

    [Proto(4), WrittenWhenEmpty]
    public int CurrentHealthy { get; init; }

    [Proto(5), WrittenWhenEmpty]
    public int DesiredHealthy { get; init; }

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
