using System.Globalization;
using Navarch.Api.Batch.V1;
using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Batch;

/// <summary>What of a job may change once it exists.</summary>
internal static class JobUpdateValidation
{
    public static void Main(FieldErrors errors, Job job, Job old)
    {
        var path = FieldPath.Of("spec");
        var (spec, before) = (job.Spec, old.Spec);
        var isElastic = spec.CompletionMode == CompletionMode.IndexedCompletion && spec.Completions == spec.Parallelism && before.Completions == before.Parallelism;
        if (!isElastic)
        {
            errors.Unchanged(path / "completions", spec.Completions, before.Completions, static value => value);
        }

        errors.Unchanged(path / "selector", spec.Selector, before.Selector, static value => RawValue.Of(value));
        errors.Unchanged(path / "completionMode", spec.CompletionMode, before.CompletionMode, static value => value);
        errors.Unchanged(path / "podFailurePolicy", spec.PodFailurePolicy, before.PodFailurePolicy, static value => RawValue.Of(value));
        errors.Unchanged(path / "backoffLimitPerIndex", spec.BackoffLimitPerIndex, before.BackoffLimitPerIndex, static value => value);
        errors.Unchanged(path / "managedBy", spec.ManagedBy, before.ManagedBy, static value => value);
        errors.Unchanged(path / "successPolicy", spec.SuccessPolicy, before.SuccessPolicy, static value => RawValue.Of(value));
        var isFresh = before.Suspend == true && old.Status.StartTime is null;
        var allowed = isFresh ? WithPlacementOf(before.Template, spec.Template) : before.Template;
        errors.Unchanged(path / "template", spec.Template, allowed, static value => RawValue.Of(value));
    }

    public static void Status(FieldErrors errors, Job job, Job old)
    {
        var (path, status) = (FieldPath.Of("status"), job.Status);
        errors.AtLeastZero(path, "active", status.Active);
        errors.AtLeastZero(path, "succeeded", status.Succeeded);
        errors.AtLeastZero(path, "failed", status.Failed);
        errors.AtLeastZero(path, "ready", status.Ready ?? 0);
        errors.AtLeastZero(path, "terminating", status.Terminating ?? 0);
        if (status.Ready > status.Active)
        {
            errors.Invalid(path / "ready", status.Ready, "more ready than active pods");
        }

        if (status.Failed < old.Status.Failed)
        {
            errors.Invalid(path / "failed", status.Failed, "must not decrease the failed counter");
        }

        if (status.Succeeded < old.Status.Succeeded && job.Spec.CompletionMode != CompletionMode.IndexedCompletion)
        {
            errors.Invalid(path / "succeeded", status.Succeeded, "must not decrease the succeeded counter");
        }

        Conditions(errors, path / "conditions", job, old);
        Times(errors, path, job, old);
    }

    private static void Conditions(FieldErrors errors, FieldPath path, Job job, Job old)
    {
        Conflict(JobConditionType.JobComplete, JobConditionType.JobFailed);
        Conflict(JobConditionType.JobComplete, JobConditionType.JobFailureTarget);
        Conflict(JobConditionType.JobSuccessCriteriaMet, JobConditionType.JobFailed);
        Conflict(JobConditionType.JobSuccessCriteriaMet, JobConditionType.JobFailureTarget);
        foreach (var type in (string[])[JobConditionType.JobComplete, JobConditionType.JobFailed, JobConditionType.JobFailureTarget, JobConditionType.JobSuccessCriteriaMet])
        {
            if (Is(old, type) && !Is(job, type))
            {
                errors.Invalid(path, new RawValue("[]"), $"cannot disable the terminal {type}=True condition");
            }
        }

        void Conflict(string one, string other)
        {
            if (Is(job, one) && Is(job, other))
            {
                errors.Invalid(path, new RawValue("[]"), $"cannot set {one}=True and {other}=true conditions");
            }
        }
    }

    private static void Times(FieldErrors errors, FieldPath path, Job job, Job old)
    {
        var isComplete = Is(job, JobConditionType.JobComplete);
        var (at, completion) = (path / "completionTime", job.Status.CompletionTime);
        var shown = completion?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        if (completion is not null && !isComplete)
        {
            errors.Invalid(at, shown, "cannot set completionTime when there is no Complete=True condition");
        }
        else if (completion is null && isComplete)
        {
            errors.Required(at, "completionTime is required for Complete jobs");
        }

        if (completion < job.Status.StartTime)
        {
            errors.Invalid(at, shown, "completionTime cannot be set before startTime");
        }

        if (old.Status.CompletionTime is not null && old.Status.CompletionTime != completion)
        {
            errors.Invalid(at, shown, CommonRules.Immutable);
        }

        if ((isComplete || Is(job, JobConditionType.JobFailed)) && job.Status.Active > 0)
        {
            errors.Invalid(path / "active", job.Status.Active, "active>0 is invalid for finished job");
        }
    }

    /// <summary>A job that never started may still be told where its pods are to run, and with how much.</summary>
    private static PodTemplateSpec WithPlacementOf(PodTemplateSpec old, PodTemplateSpec changed) => old with
    {
        Metadata = old.Metadata with { Labels = changed.Metadata.Labels, Annotations = changed.Metadata.Annotations },
        Spec = old.Spec with
        {
            NodeSelector = changed.Spec.NodeSelector,
            Tolerations = changed.Spec.Tolerations,
            SchedulingGates = changed.Spec.SchedulingGates,
            Affinity = changed.Spec.Affinity is null && old.Spec.Affinity is { PodAffinity: null, PodAntiAffinity: null }
                ? null
                : changed.Spec.Affinity is { } affinity ? (old.Spec.Affinity ?? Affinity.Empty) with { NodeAffinity = affinity.NodeAffinity } : old.Spec.Affinity,
            Containers = Resources(old.Spec.Containers, changed.Spec.Containers),
            InitContainers = Resources(old.Spec.InitContainers, changed.Spec.InitContainers),
        },
    };

    private static Container[] Resources(IReadOnlyList<Container> old, IReadOnlyList<Container> changed) =>
        [.. old.Select((container, i) => i < changed.Count ? container with { Resources = changed[i].Resources } : container)];

    private static bool Is(Job job, string type) => job.Status.Conditions.Any(condition => condition.Type == type && condition.Status == "True");
}
