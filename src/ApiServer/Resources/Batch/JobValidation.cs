using System.Globalization;
using Navarch.Api.Batch.V1;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Selectors;

namespace Navarch.ApiServer.Resources.Batch;

/// <summary>The rules of jobs.</summary>
internal static class JobValidation
{
    private const int IndexedMax = 100_000;
    private const int ManyIndexesMax = 10_000;

    public static void Job(FieldErrors errors, Job job)
    {
        var path = FieldPath.Of("spec");
        Spec(errors, path, job.Spec);
        if (job.Spec.Selector is null)
        {
            errors.Required(path / "selector");
        }
        else
        {
            errors.Selector(path / "selector", job.Spec.Selector);
            Selects(errors, path, job);
        }

        if (job.Spec is { CompletionMode: CompletionMode.IndexedCompletion, Completions: > 0 and var completions })
        {
            var last = string.Create(CultureInfo.InvariantCulture, $"{job.Metadata.Name}-{completions - 1}");
            errors.InvalidIf(Names.LabelProblem(last), FieldPath.Of("metadata") / "name", last);
        }
    }

    public static void Spec(FieldErrors errors, FieldPath path, JobSpec spec)
    {
        AtLeastZero("parallelism", spec.Parallelism);
        AtLeastZero("completions", spec.Completions);
        AtLeastZero("activeDeadlineSeconds", spec.ActiveDeadlineSeconds);
        AtLeastZero("backoffLimit", spec.BackoffLimit);
        AtLeastZero("ttlSecondsAfterFinished", spec.TTLSecondsAfterFinished);
        AtLeastZero("backoffLimitPerIndex", spec.BackoffLimitPerIndex);
        AtLeastZero("maxFailedIndexes", spec.MaxFailedIndexes);
        Mode(errors, path, spec);
        ManagedBy(errors, path / "managedBy", spec.ManagedBy);
        PodSpecValidation.Template(errors, path / "template", spec.Template);
        var restart = spec.Template.Spec.RestartPolicy;
        var at = path / "template" / "spec" / "restartPolicy";
        if (restart is "" or RestartPolicy.Always)
        {
            errors.Required(at, "valid values: \"OnFailure\", \"Never\"");
        }

        if (spec.PodFailurePolicy is { } policy)
        {
            if (restart != RestartPolicy.Never)
            {
                errors.Invalid(at, restart, "only \"Never\" is supported when podFailurePolicy is specified");
            }

            FailurePolicy(errors, path / "podFailurePolicy", policy, spec);
        }

        if (spec.PodReplacementPolicy is { } replacement)
        {
            errors.OneOf(path, "podReplacementPolicy", replacement, spec.PodFailurePolicy is null ? ["Failed", "TerminatingOrFailed"] : ["Failed"]);
        }

        void AtLeastZero(string field, long? value) => errors.AtLeastZero(path, field, value ?? 0);
    }

    private static void Selects(FieldErrors errors, FieldPath path, Job job)
    {
        var labels = job.Spec.Template.Metadata.Labels;
        var at = path / "template" / "metadata" / "labels";
        if (job.Spec.ManualSelector != true)
        {
            foreach (var (label, value) in JobDefaults.OwnLabels(job.Metadata))
            {
                if (labels.Find(label) is { } given && given != value)
                {
                    errors.Invalid(at, RawValue.Of(labels), $"must be '{value}'");
                }
            }
        }

        try
        {
            if (!Selector.Of(job.Spec.Selector).Matches(labels))
            {
                errors.Invalid(at, RawValue.Of(labels), "`selector` does not match template `labels`");
            }
        }
        catch (SelectorException)
        {
            // Said already, where the selector itself is checked.
        }
    }

    private static void Mode(FieldErrors errors, FieldPath path, JobSpec spec)
    {
        if (spec.CompletionMode is { } mode)
        {
            errors.OneOf(path, "completionMode", mode, ["Indexed", "NonIndexed"]);
        }

        if (spec.CompletionMode == CompletionMode.IndexedCompletion)
        {
            Indexed(errors, path, spec);
        }
        else
        {
            Forbid("backoffLimitPerIndex", spec.BackoffLimitPerIndex);
            Forbid("maxFailedIndexes", spec.MaxFailedIndexes);
            if (spec.SuccessPolicy is { } policy)
            {
                errors.Invalid(path / "successPolicy", RawValue.Of(policy), "requires indexed completion mode");
            }
        }

        if (spec is { MaxFailedIndexes: not null, BackoffLimitPerIndex: null })
        {
            errors.Required(path / "backoffLimitPerIndex", "when maxFailedIndexes is specified");
        }

        if (spec is { SuccessPolicy: { } success, CompletionMode: CompletionMode.IndexedCompletion })
        {
            Success(errors, path / "successPolicy", success, spec);
        }

        void Forbid(string field, int? value)
        {
            if (value is not null)
            {
                errors.Invalid(path / field, value, "requires indexed completion mode");
            }
        }
    }

    private static void Indexed(FieldErrors errors, FieldPath path, JobSpec spec)
    {
        if (spec.Completions is not { } completions)
        {
            errors.Required(path / "completions", "when completion mode is Indexed");
            return;
        }

        AtMost("parallelism", spec.Parallelism, IndexedMax, "when completion mode is Indexed");
        if (spec.MaxFailedIndexes > completions)
        {
            errors.Invalid(path / "maxFailedIndexes", spec.MaxFailedIndexes, "must be less than or equal to completions");
        }

        AtMost("maxFailedIndexes", spec.MaxFailedIndexes, IndexedMax, "");
        if (spec.BackoffLimitPerIndex is null || completions <= IndexedMax)
        {
            return;
        }

        if (spec.MaxFailedIndexes is null)
        {
            errors.Required(path / "maxFailedIndexes", "must be specified when completions is above 100000");
        }

        const string WithLimit = "when completions are above 100000 and used with backoff limit per index";
        AtMost("maxFailedIndexes", spec.MaxFailedIndexes, ManyIndexesMax, WithLimit);
        AtMost("parallelism", spec.Parallelism, ManyIndexesMax, WithLimit);

        void AtMost(string field, int? value, int max, string when)
        {
            if (value > max)
            {
                errors.Invalid(path / field, value, string.Create(CultureInfo.InvariantCulture, $"must be less than or equal to {max} {when}").TrimEnd());
            }
        }
    }

    private static void Success(FieldErrors errors, FieldPath path, SuccessPolicy policy, JobSpec spec)
    {
        if (policy.Rules.Count == 0)
        {
            errors.Required(path / "rules", "at least one rules must be specified when the successPolicy is specified");
        }
        else if (policy.Rules.Count > 20)
        {
            errors.TooMany(path / "rules", policy.Rules.Count, 20);
        }

        for (var i = 0; i < policy.Rules.Count; i++)
        {
            var (at, rule) = ((path / "rules")[i], policy.Rules[i]);
            if (rule is { SucceededCount: null, SucceededIndexes: null })
            {
                errors.Required(at, "at least one of succeededCount or succeededIndexes must be specified");
            }

            long? listed = null;
            if (rule.SucceededIndexes is { } indexes)
            {
                if (indexes.Length > 65536)
                {
                    errors.TooLong(at / "succeededIndexes", 65536);
                }

                listed = JobIndexes.Count(indexes, spec.Completions ?? 0, out var problem);
                errors.InvalidIf(problem, at / "succeededIndexes", indexes);
            }

            if (rule.SucceededCount is { } count)
            {
                errors.AtLeastZero(at, "succeededCount", count);
                if (count > spec.Completions)
                {
                    errors.Invalid(at / "succeededCount", count, string.Create(CultureInfo.InvariantCulture, $"must be less than or equal to {spec.Completions} (the number of specified completions)"));
                }

                if (count > listed)
                {
                    errors.Invalid(at / "succeededCount", count, string.Create(CultureInfo.InvariantCulture, $"must be less than or equal to {listed} (the number of indexes in the specified succeededIndexes field)"));
                }
            }
        }
    }

    private static void FailurePolicy(FieldErrors errors, FieldPath path, PodFailurePolicy policy, JobSpec spec)
    {
        if (policy.Rules.Count > 20)
        {
            errors.TooMany(path / "rules", policy.Rules.Count, 20);
        }

        string[] actions = spec.BackoffLimitPerIndex is null ? ["Count", "FailJob", "Ignore"] : ["Count", "FailIndex", "FailJob", "Ignore"];
        var containers = spec.Template.Spec.Containers.Concat(spec.Template.Spec.InitContainers).Select(container => container.Name).ToHashSet();
        for (var i = 0; i < policy.Rules.Count; i++)
        {
            var (at, rule) = ((path / "rules")[i], policy.Rules[i]);
            errors.RequiredOneOf(at, "action", rule.Action, actions);
            if (rule is { OnExitCodes: not null, OnPodConditions.Count: > 0 })
            {
                errors.Invalid(at, RawValue.Of(rule), "specifying both OnExitCodes and OnPodConditions is not supported");
            }
            else if (rule is { OnExitCodes: null, OnPodConditions.Count: 0 })
            {
                errors.Invalid(at, RawValue.Of(rule), "specifying one of OnExitCodes and OnPodConditions is required");
            }

            if (rule.OnExitCodes is { } codes)
            {
                ExitCodes(errors, at / "onExitCodes", codes, containers);
            }

            if (rule.OnPodConditions.Count > 20)
            {
                errors.TooMany(at / "onPodConditions", rule.OnPodConditions.Count, 20);
            }

            for (var c = 0; c < rule.OnPodConditions.Count; c++)
            {
                errors.QualifiedName((at / "onPodConditions")[c] / "type", rule.OnPodConditions[c].Type);
                errors.RequiredOneOf((at / "onPodConditions")[c], "status", rule.OnPodConditions[c].Status, ["False", "True", "Unknown"]);
            }
        }
    }

    private static void ExitCodes(FieldErrors errors, FieldPath path, PodFailurePolicyOnExitCodesRequirement codes, HashSet<string> containers)
    {
        errors.RequiredOneOf(path, "operator", codes.Operator, ["In", "NotIn"]);
        if (codes.ContainerName is { } name && !containers.Contains(name))
        {
            errors.Invalid(path / "containerName", name, "must be one of the container or initContainer names in the pod template");
        }

        if (codes.Values.Count == 0)
        {
            errors.Invalid(path / "values", new RawValue("[]"), "at least one value is required");
        }
        else if (codes.Values.Count > 255)
        {
            errors.TooMany(path / "values", codes.Values.Count, 255);
        }

        var isRepeated = Repeats.Of(codes.Values);
        for (var i = 0; i < codes.Values.Count; i++)
        {
            if (codes.Operator == "In" && codes.Values[i] == 0)
            {
                errors.Invalid((path / "values")[i], 0, "must not be 0 for the In operator");
            }

            if (isRepeated[i])
            {
                errors.Duplicate((path / "values")[i], codes.Values[i]);
            }
            else if (i > 0 && codes.Values[i] < codes.Values[i - 1])
            {
                errors.Invalid(path / "values", new RawValue($"[{string.Join(',', codes.Values)}]"), "must be ordered");
                break;
            }
        }
    }

    private static void ManagedBy(FieldErrors errors, FieldPath path, string? manager)
    {
        if (manager is null)
        {
            return;
        }

        if (manager.Length > 63)
        {
            errors.TooLong(path, 63);
        }

        var slash = manager.IndexOf('/');
        if (slash <= 0 || slash == manager.Length - 1 || Names.SubdomainProblem(manager[..slash]) is not null)
        {
            errors.Invalid(path, manager, "must be a domain-prefixed path (such as \"acme.io/foo\")");
        }
    }
}
