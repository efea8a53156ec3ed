using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.Batch.V1;

/// <summary>Jobs started on a schedule.</summary>
[Resource("batch", "v1", "cronjobs", Namespaced = true, ShortNames = ["cj"], Categories = ["all"])]
public sealed partial record CronJob : IResource<CronJob>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2), Required]
    public CronJobSpec Spec { get; init; } = CronJobSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public CronJobStatus Status { get; init; } = CronJobStatus.Empty;
}

/// <summary>Jobs made by the clock.</summary>
public sealed partial record CronJobSpec : IApiType<CronJobSpec>
{
    /// <summary>When, in cron's form: minute, hour, day of the month, month, day of the week.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Schedule { get; init; } = "";

    /// <summary>Time zone of the schedule, such as Europe/Athens. Default: that of the controller.</summary>
    [Proto(8)]
    public string? TimeZone { get; init; }

    /// <summary>Seconds by which a job may be late; later it is left out. Default: no limit.</summary>
    [Proto(2)]
    public long? StartingDeadlineSeconds { get; init; }

    /// <summary>When the last job still runs: Allow (default) another, Forbid it, or Replace the old one.</summary>
    [Proto(3), OneOf(typeof(ConcurrencyPolicy))]
    public string ConcurrencyPolicy { get; init; } = "";

    /// <summary>Make no more jobs; running ones go on. Default false.</summary>
    [Proto(4)]
    public bool? Suspend { get; init; }

    /// <summary>The job to make.</summary>
    [Proto(5), Required]
    public JobTemplateSpec JobTemplate { get; init; } = JobTemplateSpec.Empty;

    /// <summary>Successful jobs to keep. Default 3.</summary>
    [Proto(6)]
    public int? SuccessfulJobsHistoryLimit { get; init; }

    /// <summary>Failed jobs to keep. Default 1.</summary>
    [Proto(7)]
    public int? FailedJobsHistoryLimit { get; init; }
}

public sealed partial record CronJobStatus : IApiType<CronJobStatus>
{
    /// <summary>Jobs that are running.</summary>
    [Proto(1), ListAtomic]
    public IReadOnlyList<ObjectReference> Active { get; init; } = [];

    /// <summary>When a job was made last.</summary>
    [Proto(4)]
    public DateTimeOffset? LastScheduleTime { get; init; }

    /// <summary>When a job succeeded last.</summary>
    [Proto(5)]
    public DateTimeOffset? LastSuccessfulTime { get; init; }
}

/// <summary>The values of a ConcurrencyPolicy.</summary>
public static class ConcurrencyPolicy
{
    public const string AllowConcurrent = "Allow";
    public const string ForbidConcurrent = "Forbid";
    public const string ReplaceConcurrent = "Replace";
}

public sealed partial record JobTemplateSpec : IApiType<JobTemplateSpec>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2)]
    public JobSpec Spec { get; init; } = JobSpec.Empty;
}
