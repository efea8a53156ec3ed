using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.Batch.V1;

/// <summary>Pods that run to completion a wanted number of times.</summary>
[Resource("batch", "v1", "jobs", Namespaced = true, Categories = ["all"])]
public sealed partial record Job : IResource<Job>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public JobSpec Spec { get; init; } = JobSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public JobStatus Status { get; init; } = JobStatus.Empty;
}

/// <summary>Pods that run until enough of them have succeeded.</summary>
public sealed partial record JobSpec : IApiType<JobSpec>
{
    /// <summary>Pods that run at a time. Default 1.</summary>
    [Proto(1)]
    public int? Parallelism { get; init; }

    /// <summary>Pods that must succeed. Absent: one success ends the job.</summary>
    [Proto(2)]
    public int? Completions { get; init; }

    /// <summary>Seconds after its start at which the job is stopped and failed.</summary>
    [Proto(3)]
    public long? ActiveDeadlineSeconds { get; init; }

    /// <summary>What a failure of a pod means, by exit code or condition.</summary>
    [Proto(11)]
    public PodFailurePolicy? PodFailurePolicy { get; init; }

    /// <summary>When an indexed job has succeeded before all its indexes have.</summary>
    [Proto(16)]
    public SuccessPolicy? SuccessPolicy { get; init; }

    /// <summary>Failures after which the job has failed. Default 6.</summary>
    [Proto(7)]
    public int? BackoffLimit { get; init; }

    /// <summary>Failures after which an index has failed, for indexed jobs.</summary>
    [Proto(12)]
    public int? BackoffLimitPerIndex { get; init; }

    /// <summary>Failed indexes after which the job has failed.</summary>
    [Proto(13)]
    public int? MaxFailedIndexes { get; init; }

    /// <summary>Labels of the pods of the job; filled in by the server.</summary>
    [Proto(4)]
    public LabelSelector? Selector { get; init; }

    /// <summary>Use the selector as it is written, rather than one that the server makes.</summary>
    [Proto(5)]
    public bool? ManualSelector { get; init; }

    /// <summary>The pod to run. Its restartPolicy must be Never or OnFailure.</summary>
    [Proto(6), Required]
    public PodTemplateSpec Template { get; init; } = PodTemplateSpec.Empty;

    /// <summary>Seconds after its end at which the job is deleted. Default: never.</summary>
    [Proto(8), JsonName("ttlSecondsAfterFinished")]
    public int? TTLSecondsAfterFinished { get; init; }

    /// <summary>NonIndexed (default), or Indexed: each success is one of a numbered row.</summary>
    [Proto(9), OneOf(typeof(CompletionMode))]
    public string? CompletionMode { get; init; }

    /// <summary>Run no pods; running ones are stopped. Default false.</summary>
    [Proto(10)]
    public bool? Suspend { get; init; }

    /// <summary>TerminatingOrFailed, or Failed: whether a pod is replaced when it begins to end, or when it has ended.</summary>
    [Proto(14), OneOf(typeof(PodReplacementPolicy))]
    public string? PodReplacementPolicy { get; init; }

    /// <summary>Controller that looks after the job, if not the cluster's own.</summary>
    [Proto(15)]
    public string? ManagedBy { get; init; }
}

public sealed partial record JobStatus : IApiType<JobStatus>
{
    /// <summary>Complete, Failed, Suspended and others.</summary>
    [Proto(1), Merge("type"), ListAtomic]
    public IReadOnlyList<JobCondition> Conditions { get; init; } = [];

    /// <summary>When the job was started, or resumed.</summary>
    [Proto(2)]
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>When the job succeeded.</summary>
    [Proto(3)]
    public DateTimeOffset? CompletionTime { get; init; }

    /// <summary>Pods that are pending or running.</summary>
    [Proto(4)]
    public int Active { get; init; }

    /// <summary>Pods that succeeded.</summary>
    [Proto(5)]
    public int Succeeded { get; init; }

    /// <summary>Pods that failed.</summary>
    [Proto(6)]
    public int Failed { get; init; }

    /// <summary>Pods that are on their way out.</summary>
    [Proto(11)]
    public int? Terminating { get; init; }

    /// <summary>Indexes that succeeded, in the form 1,3-5.</summary>
    [Proto(7)]
    public string CompletedIndexes { get; init; } = "";

    /// <summary>Indexes that failed, in the form 1,3-5.</summary>
    [Proto(10)]
    public string? FailedIndexes { get; init; }

    [Proto(8)]
    public UncountedTerminatedPods? UncountedTerminatedPods { get; init; }

    /// <summary>Active pods that are ready.</summary>
    [Proto(9)]
    public int? Ready { get; init; }
}

public sealed partial record JobCondition : IApiType<JobCondition>
{
    /// <summary>What is spoken of.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    /// <summary>True, False or Unknown.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string Status { get; init; } = "";

    /// <summary>When it was looked at last.</summary>
    [Proto(3), WrittenWhenEmpty]
    public DateTimeOffset? LastProbeTime { get; init; }

    /// <summary>When the status changed last.</summary>
    [Proto(4), WrittenWhenEmpty]
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>One word about the last change, for machines.</summary>
    [Proto(5)]
    public string Reason { get; init; } = "";

    /// <summary>A sentence about it, for people.</summary>
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
