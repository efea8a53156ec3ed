using Navarch.Api.Batch.V1;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Resources.Core;

namespace Navarch.ApiServer.Resources.Batch;

/// <summary>What is filled in of a job.</summary>
internal static class JobDefaults
{
    private static readonly string[] NameLabels = ["batch.kubernetes.io/job-name", "job-name"];
    private static readonly string[] UidLabels = ["batch.kubernetes.io/controller-uid", "controller-uid"];

    /// <summary>What a job gets, in a cron job's template too.</summary>
    public static JobSpec Template(JobSpec spec) => spec with
    {
        Template = PodTemplateDefaults.Template(spec.Template),
        PodFailurePolicy = spec.PodFailurePolicy is { } policy
            ? policy with
            {
                Rules = PodTemplateDefaults.Each(policy.Rules, static rule => rule with
                {
                    OnPodConditions = PodTemplateDefaults.Each(rule.OnPodConditions, static pattern => pattern.Status.Length == 0 ? pattern with { Status = "True" } : pattern),
                }),
            }
            : null,
    };

    public static Job Job(Job job)
    {
        var spec = Template(job.Spec);
        var isBare = spec is { Completions: null, Parallelism: null };
        spec = spec with
        {
            Completions = isBare ? 1 : spec.Completions,
            Parallelism = spec.Parallelism ?? 1,
            BackoffLimit = spec.BackoffLimit ?? (spec.BackoffLimitPerIndex is null ? 6 : int.MaxValue),
            CompletionMode = spec.CompletionMode ?? CompletionMode.NonIndexedCompletion,
            Suspend = spec.Suspend ?? false,
            ManualSelector = spec.ManualSelector ?? false,
            PodReplacementPolicy = spec.PodReplacementPolicy ?? (spec.PodFailurePolicy is null ? "TerminatingOrFailed" : "Failed"),
        };
        return job with
        {
            Spec = spec,
            Metadata = job.Metadata.Labels.Count == 0 ? job.Metadata with { Labels = spec.Template.Metadata.Labels } : job.Metadata,
        };
    }

    /// <summary>Gives the pods labels that only this job has, and selects by them: no two jobs ever fight over a pod.</summary>
    public static Job WithOwnSelector(Job job)
    {
        if (job.Spec.ManualSelector == true)
        {
            return job;
        }

        var labels = job.Spec.Template.Metadata.Labels;
        foreach (var (label, value) in OwnLabels(job.Metadata))
        {
            labels = labels.ContainsKey(label) ? labels : labels.With(label, value);
        }

        // The labels of the job itself follow its template's where the caller gave none.
        var own = job.Metadata.Labels.Equals(job.Spec.Template.Metadata.Labels) ? labels : job.Metadata.Labels;
        var selector = job.Spec.Selector ?? LabelSelector.Empty;
        return job with
        {
            Metadata = job.Metadata with { Labels = own },
            Spec = job.Spec with
            {
                Template = job.Spec.Template with { Metadata = job.Spec.Template.Metadata with { Labels = labels } },
                Selector = selector.MatchLabels.ContainsKey(UidLabels[0]) ? selector : selector with { MatchLabels = selector.MatchLabels.With(UidLabels[0], job.Metadata.UID) },
            },
        };
    }

    /// <summary>The labels that the server gives to a job's pods, as they must be.</summary>
    public static IEnumerable<(string Label, string Value)> OwnLabels(ObjectMeta job) =>
        UidLabels.Select(label => (label, job.UID)).Concat(NameLabels.Select(label => (label, job.Name)));
}
