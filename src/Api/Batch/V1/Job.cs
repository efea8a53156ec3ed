using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.Batch.V1;

/// <summary>Pods that run to completion a wanted number of times.</summary>
[Resource("batch", "v1", "jobs", Namespaced = true, Categories = ["all"])]
public sealed partial record Job : IResource<Job>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2)]
    public JobSpec Spec { get; init; } = JobSpec.Empty;

    [Proto(3)]
    public JobStatus Status { get; init; } = JobStatus.Empty;
}

public sealed partial record JobSpec : IApiType<JobSpec>
{
    [Proto(1)]
    public int? Parallelism { get; init; }

    [Proto(2)]
    public int? Completions { get; init; }

    [Proto(3)]
    public long? ActiveDeadlineSeconds { get; init; }

    [Proto(11)]
    public PodFailurePolicy? PodFailurePolicy { get; init; }

    [Proto(16)]
    public SuccessPolicy? SuccessPolicy { get; init; }

    [Proto(7)]
    public int? BackoffLimit { get; init; }

    [Proto(12)]
    public int? BackoffLimitPerIndex { get; init; }

    [Proto(13)]
    public int? MaxFailedIndexes { get; init; }

    [Proto(4)]
    public LabelSelector? Selector { get; init; }

    [Proto(5)]
    public bool? ManualSelector { get; init; }

    [Proto(6), Required]
    public PodTemplateSpec Template { get; init; } = PodTemplateSpec.Empty;

    [Proto(8), JsonName("ttlSecondsAfterFinished")]
    public int? TTLSecondsAfterFinished { get; init; }

    [Proto(9), OneOf(typeof(CompletionMode))]
    public string? CompletionMode { get; init; }

    [Proto(10)]
    public bool? Suspend { get; init; }

    [Proto(14), OneOf(typeof(PodReplacementPolicy))]
    public string? PodReplacementPolicy { get; init; }

    [Proto(15)]
    public string? ManagedBy { get; init; }
}

public sealed partial record JobStatus : IApiType<JobStatus>
{
    [Proto(1), Merge("type"), ListAtomic]
    public IReadOnlyList<JobCondition> Conditions { get; init; } = [];

    [Proto(2)]
    public DateTimeOffset? StartTime { get; init; }

    [Proto(3)]
    public DateTimeOffset? CompletionTime { get; init; }

    [Proto(4)]
    public int Active { get; init; }

    [Proto(5)]
    public int Succeeded { get; init; }

    [Proto(6)]
    public int Failed { get; init; }

    [Proto(11)]
    public int? Terminating { get; init; }

    [Proto(7)]
    public string CompletedIndexes { get; init; } = "";

    [Proto(10)]
    public string? FailedIndexes { get; init; }

    [Proto(8)]
    public UncountedTerminatedPods? UncountedTerminatedPods { get; init; }

    [Proto(9)]
    public int? Ready { get; init; }
}

public sealed partial record JobCondition : IApiType<JobCondition>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Status { get; init; } = "";

    [Proto(3), WrittenWhenEmpty]
    public DateTimeOffset? LastProbeTime { get; init; }

    [Proto(4), WrittenWhenEmpty]
    public DateTimeOffset? LastTransitionTime { get; init; }

    [Proto(5)]
    public string Reason { get; init; } = "";

    [Proto(6)]
    public string Message { get; init; } = "";
}

/// <summary>The values of a CompletionMode.</summary>
public static class CompletionMode
{
    public const string IndexedCompletion = "Indexed";
    public const string NonIndexedCompletion = "NonIndexed";
}

public sealed partial record PodFailurePolicy : IApiType<PodFailurePolicy>
{
    [Proto(1), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<PodFailurePolicyRule> Rules { get; init; } = [];
}

public sealed partial record PodFailurePolicyRule : IApiType<PodFailurePolicyRule>
{
    [Proto(1), Required, WrittenWhenEmpty, OneOf(typeof(PodFailurePolicyAction))]
    public string Action { get; init; } = "";

    [Proto(2)]
    public PodFailurePolicyOnExitCodesRequirement? OnExitCodes { get; init; }

    [Proto(3), ListAtomic]
    public IReadOnlyList<PodFailurePolicyOnPodConditionsPattern> OnPodConditions { get; init; } = [];
}

/// <summary>The values of a PodFailurePolicyAction.</summary>
public static class PodFailurePolicyAction
{
    public const string Count = "Count";
    public const string FailIndex = "FailIndex";
    public const string FailJob = "FailJob";
    public const string Ignore = "Ignore";
}

public sealed partial record PodFailurePolicyOnExitCodesRequirement : IApiType<PodFailurePolicyOnExitCodesRequirement>
{
    [Proto(1)]
    public string? ContainerName { get; init; }

    [Proto(2), Required, WrittenWhenEmpty, OneOf(typeof(PodFailurePolicyOnExitCodesOperator))]
    public string Operator { get; init; } = "";

    [Proto(3), Required, WrittenWhenEmpty, ListSet]
    public IReadOnlyList<int> Values { get; init; } = [];
}

/// <summary>The values of a PodFailurePolicyOnExitCodesOperator.</summary>
public static class PodFailurePolicyOnExitCodesOperator
{
    public const string PodFailurePolicyOnExitCodesOpIn = "In";
    public const string PodFailurePolicyOnExitCodesOpNotIn = "NotIn";
}

public sealed partial record PodFailurePolicyOnPodConditionsPattern : IApiType<PodFailurePolicyOnPodConditionsPattern>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    [Proto(2), WrittenWhenEmpty]
    public string Status { get; init; } = "";
}

/// <summary>The values of a PodReplacementPolicy.</summary>
public static class PodReplacementPolicy
{
    public const string Failed = "Failed";
    public const string TerminatingOrFailed = "TerminatingOrFailed";
}
