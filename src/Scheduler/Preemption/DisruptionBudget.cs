using System.Collections.Immutable;
using Navarch.Api.Policy.V1;
using Navarch.Scheduler.Matching;
using Navarch.Scheduler.Pods;

namespace Navarch.Scheduler.Preemption;

/// <summary>How many more pods of a set may go by intent just now.</summary>
internal sealed class DisruptionBudget(PodDisruptionBudget budget)
{
    private readonly LabelPredicate pods = LabelPredicate.Of(budget.Spec.Selector);

    public int Allowed => budget.Status.DisruptionsAllowed;

    /// <summary>Whether evicting <paramref name="pod"/> counts against the budget. One that is on its way out has been counted.</summary>
    public bool Covers(PodInfo pod) =>
        pod.Namespace == budget.Metadata.Namespace
        && pod.Labels.Count > 0
        && !pods.IsEmpty
        && pods.Matches(pod.Labels)
        && !budget.Status.DisruptedPods.ContainsKey(pod.Name);

    /// <summary>Splits pods into those that would overdraw a budget if evicted, in this order, and those that would not.</summary>
    public static (List<PodInfo> Overdrawing, List<PodInfo> Covered) Split(
        IEnumerable<PodInfo> pods, ImmutableDictionary<string, DisruptionBudget> budgets)
    {
        var left = budgets.Values.ToDictionary(budget => budget, budget => budget.Allowed);
        var (overdrawing, covered) = (new List<PodInfo>(), new List<PodInfo>());
        foreach (var pod in pods)
        {
            var isOverdrawn = false;
            foreach (var budget in budgets.Values)
            {
                isOverdrawn |= budget.Covers(pod) && --left[budget] < 0;
            }

            (isOverdrawn ? overdrawing : covered).Add(pod);
        }

        return (overdrawing, covered);
    }
}
