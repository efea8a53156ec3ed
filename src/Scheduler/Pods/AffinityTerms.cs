using Navarch.Api.Core.V1;

namespace Navarch.Scheduler.Pods;

/// <summary>All wishes of a pod about the company of other pods, compiled.</summary>
internal sealed class AffinityTerms
{
    private AffinityTerms(Pod pod, PodAffinity? near, PodAntiAffinity? away)
    {
        RequiredNear = Required(near?.RequiredDuringSchedulingIgnoredDuringExecution, pod);
        PreferredNear = Preferred(near?.PreferredDuringSchedulingIgnoredDuringExecution, pod);
        RequiredAway = Required(away?.RequiredDuringSchedulingIgnoredDuringExecution, pod);
        PreferredAway = Preferred(away?.PreferredDuringSchedulingIgnoredDuringExecution, pod);
    }

    public AffinityTerm[] RequiredNear { get; }

    public AffinityTerm[] PreferredNear { get; }

    public AffinityTerm[] RequiredAway { get; }

    public AffinityTerm[] PreferredAway { get; }

    /// <summary>The wishes of <paramref name="pod"/>, or null when it has none.</summary>
    public static AffinityTerms? Of(Pod pod) =>
        pod.Spec.Affinity is { } affinity && (affinity.PodAffinity is not null || affinity.PodAntiAffinity is not null)
            ? new AffinityTerms(pod, affinity.PodAffinity, affinity.PodAntiAffinity)
            : null;

    private static AffinityTerm[] Required(IReadOnlyList<PodAffinityTerm>? terms, Pod pod) =>
        terms is null ? [] : [.. terms.Select(term => new AffinityTerm(term, pod, weight: 0))];

    private static AffinityTerm[] Preferred(IReadOnlyList<WeightedPodAffinityTerm>? terms, Pod pod) =>
        terms is null ? [] : [.. terms.Select(term => new AffinityTerm(term.PodAffinityTerm, pod, term.Weight))];
}
