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
            errors.Invalid(path / "ready", status.Ready, "cannot set more ready pods than active");
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
        Uncounted(errors, path / "uncountedTerminatedPods", job);
        Indexes(errors, path, job);
    }

    private static void Uncounted(FieldErrors errors, FieldPath path, Job job)
    {
        if (job.Status.UncountedTerminatedPods is not { } pods)
        {
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (field, ids) in new[] { ("succeeded", pods.Succeeded), ("failed", pods.Failed) })
        {
            for (var i = 0; i < ids.Count; i++)
            {
                if (ids[i].Length == 0)
                {
                    errors.Invalid((path / field)[i], ids[i], "must not be empty");
                }
                else if (!seen.Add(ids[i]))
                {
                    errors.Duplicate((path / field)[i], ids[i]);
                }
            }
        }

        if (IsFinished(job) && seen.Count > 0)
        {
            errors.Invalid(path, RawValue.Of(pods), "uncountedTerminatedPods needs to be empty for finished job");
        }
    }

    private static void Indexes(FieldErrors errors, FieldPath path, Job job)
    {
        var (completed, failed) = (job.Status.CompletedIndexes, job.Status.FailedIndexes);
        if (completed.Length > 0 && job.Spec.CompletionMode != CompletionMode.IndexedCompletion)
        {
            errors.Invalid(path / "completedIndexes", completed, "cannot set non-empty completedIndexes when non-indexed completion mode");
        }

        if (failed is not null && job.Spec.BackoffLimitPerIndex is null)
        {
            errors.Invalid(path / "failedIndexes", failed, "cannot set non-null failedIndexes when backoffLimitPerIndex is null");
        }

        var isWellFormed = IsWellFormed("completedIndexes", completed) & IsWellFormed("failedIndexes", failed ?? "");
        if (isWellFormed && failed is not null && JobIndexes.FirstCommon(completed, failed) is { } common)
        {
            errors.Invalid(path / "failedIndexes", failed, string.Create(CultureInfo.InvariantCulture, $"failedIndexes and completedIndexes overlap on index: {common}"));
        }

        bool IsWellFormed(string field, string indexes)
        {
            if (job.Spec.Completions is not { } completions || JobIndexes.Count(indexes, completions, out var problem) is not null)
            {
                return true;
            }

            errors.Invalid(path / field, indexes, $"error parsing {field}: {problem}");
            return false;
        }
    }

    private static void Conditions(FieldErrors errors, FieldPath path, Job job, Job old)
    {
        Conflict(JobConditionType.JobComplete, JobConditionType.JobFailed);
        Conflict(JobConditionType.JobComplete, JobConditionType.JobFailureTarget);
        Conflict(JobConditionType.JobSuccessCriteriaMet, JobConditionType.JobFailed);
        Conflict(JobConditionType.JobSuccessCriteriaMet, JobConditionType.JobFailureTarget);
        Announced(JobConditionType.JobComplete, JobConditionType.JobSuccessCriteriaMet);
        Announced(JobConditionType.JobFailed, JobConditionType.JobFailureTarget);
        foreach (var type in (string[])[JobConditionType.JobComplete, JobConditionType.JobFailed, JobConditionType.JobFailureTarget, JobConditionType.JobSuccessCriteriaMet])
        {
            if (Is(old, type) && !Is(job, type))
            {
                Wrong($"cannot disable the terminal {type}=True condition");
            }
        }

        void Conflict(string one, string other)
        {
            if (Is(job, one) && Is(job, other))
            {
                Wrong($"cannot set {one}=True and {other}=true conditions");
            }
        }

        void Announced(string end, string before)
        {
            if (Is(job, end) && !Is(job, before))
            {
                Wrong($"cannot set {end}=True condition without the {before}=true condition");
            }
        }

        // All conditions are meant, none is shown.
        void Wrong(string detail) => errors.Add("FieldValueInvalid", path, $"Invalid value: {detail}");
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

        if (!IsFinished(job))
        {
            return;
        }

        if (job.Status.Active > 0)
        {
            errors.Invalid(path / "active", job.Status.Active, "active>0 is invalid for finished job");
        }

        if (job.Status.Terminating > 0)
        {
            errors.Invalid(path / "terminating", job.Status.Terminating, "terminating>0 is invalid for finished job");
        }

        if (job.Status.StartTime is null)
        {
            errors.Required(path / "startTime", "startTime is required for finished job");
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

    private static bool IsFinished(Job job) => Is(job, JobConditionType.JobComplete) || Is(job, JobConditionType.JobFailed);

    private static bool Is(Job job, string type) => job.Status.Conditions.Any(condition => condition.Type == type && condition.Status == "True");
}
