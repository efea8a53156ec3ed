using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.Batch.V1;

/// <summary>Jobs started on a schedule.</summary>
[Resource("batch", "v1", "cronjobs", Namespaced = true, ShortNames = ["cj"], Categories = ["all"])]
public sealed partial record CronJob : IResource<CronJob>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2), Required]
    public CronJobSpec Spec { get; init; } = CronJobSpec.Empty;

    [Proto(3)]
    public CronJobStatus Status { get; init; } = CronJobStatus.Empty;
}

public sealed partial record CronJobSpec : IApiType<CronJobSpec>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Schedule { get; init; } = "";

    [Proto(8)]
    public string? TimeZone { get; init; }

    [Proto(2)]
    public long? StartingDeadlineSeconds { get; init; }

    [Proto(3), OneOf(typeof(ConcurrencyPolicy))]
    public string ConcurrencyPolicy { get; init; } = "";

    [Proto(4)]
    public bool? Suspend { get; init; }

    [Proto(5), Required]
    public JobTemplateSpec JobTemplate { get; init; } = JobTemplateSpec.Empty;

    [Proto(6)]
    public int? SuccessfulJobsHistoryLimit { get; init; }

    [Proto(7)]
    public int? FailedJobsHistoryLimit { get; init; }
}

public sealed partial record CronJobStatus : IApiType<CronJobStatus>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<ObjectReference> Active { get; init; } = [];

    [Proto(4)]
    public DateTimeOffset? LastScheduleTime { get; init; }

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
