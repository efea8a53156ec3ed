using Navarch.Api.Core.V1;
using Navarch.Scheduler.Plugins;
using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Preemption;

/// <summary>
/// Decides which pods of lower priority make room for one that found no node: on which node the least is lost. It tries on
/// imagined snapshots and changes nothing.
/// </summary>
internal sealed class Preemptor(SchedulingAlgorithm algorithm, Random random)
{
    // Enough choice, as when placing: a tenth of the nodes, at least a hundred.
    private const int CandidatesMin = 100;
    private const int CandidatesPercentage = 10;

    private static readonly Refusal NotHelpful = Refusal.ByNode("Preemption is not helpful for scheduling");
    private static readonly Refusal NoVictims = Refusal.ByNode("No preemption victims found for incoming pod");

    public PreemptionPlan Plan(PodInfo pod, Snapshot snapshot, Diagnosis diagnosis)
    {
        if (pod.Pod.Spec.PreemptionPolicy == PreemptionPolicy.PreemptNever)
        {
            return new PreemptionPlan.None("preemption: not eligible due to preemptionPolicy=Never.");
        }

        if (AreVictimsLeaving(pod, snapshot, diagnosis))
        {
            return new PreemptionPlan.None("preemption: not eligible due to a terminating pod on the nominated node.", IsWaiting: true);
        }

        if (diagnosis.NodeCount == 0)
        {
            return new PreemptionPlan.None("");
        }

        var nodes = diagnosis.Refusals.Where(refusal => refusal.Refusal.EvictionMayHelp).Select(refusal => refusal.Node).ToList();
        var wanted = Math.Max(CandidatesMin, snapshot.NodeCount * CandidatesPercentage / 100);
        var refusals = new List<NodeRefusal>();
        PreemptionPlan.Evict? best = null;
        var found = 0;
        var start = nodes.Count == 0 ? 0 : random.Next(nodes.Count);
        for (var i = 0; i < nodes.Count && (found < wanted || best!.OverdrawnBudgets > 0); i++)
        {
            var node = nodes[(start + i) % nodes.Count];
            if (SelectVictims(pod, snapshot, node, out var refusal) is { } plan)
            {
                found++;
                best = best is null || IsBetter(plan, best) ? plan : best;
            }
            else
            {
                refusals.Add(new NodeRefusal(node, refusal));
            }
        }

        return best ?? (PreemptionPlan)new PreemptionPlan.None(
            "preemption: " + new Diagnosis(snapshot.NodeCount, refusals, refusals.Count < snapshot.NodeCount ? NotHelpful : null, []).Message(""));
    }

    /// <summary>Whether evicting more would be premature. It is not when the node that is being cleared is lost for other reasons.</summary>
    private static bool AreVictimsLeaving(PodInfo pod, Snapshot snapshot, Diagnosis diagnosis) =>
        snapshot.FindNode(pod.Pod.Status.NominatedNodeName) is { } nominated
        && !diagnosis.Refusals.Any(refusal => refusal.Node == nominated && !refusal.Refusal.EvictionMayHelp)
        && nominated.Pods.Any(other => other.Priority < pod.Priority && other.IsTerminating);

    /// <summary>The fewest pods of a node that must go, or null when even all of lower priority would not do.</summary>
    private PreemptionPlan.Evict? SelectVictims(PodInfo pod, Snapshot snapshot, NodeInfo node, out Refusal refusal)
    {
        var lower = node.Pods.Where(other => other.Priority < pod.Priority).ToList();
        if (lower.Count == 0)
        {
            refusal = NoVictims;
            return null;
        }

        var left = lower.Aggregate(node, (rest, victim) => rest.Without(victim));
        if (algorithm.Judge(pod, snapshot.With(left), left) is { } still)
        {
            refusal = still;
            return null;
        }

        // One after the other may stay if the pod still fits: the most important first, those that budgets protect before all.
        lower.Sort(ByImportance);
        var (overdrawing, covered) = DisruptionBudget.Split(lower, snapshot.Budgets);
        var victims = new List<PodInfo>();
        var overdrawn = 0;
        foreach (var other in overdrawing.Concat(covered))
        {
            var with = left.With(other);
            if (algorithm.Judge(pod, snapshot.With(with), with) is null)
            {
                left = with;
                continue;
            }

            victims.Add(other);
            overdrawn += overdrawing.Contains(other) ? 1 : 0;
        }

        victims.Sort(ByImportance);
        refusal = NotHelpful;
        return new PreemptionPlan.Evict(node, victims, overdrawn);
    }

    /// <summary>Higher priority is more important, then the longer running.</summary>
    private static int ByImportance(PodInfo a, PodInfo b)
    {
        var order = b.Priority.CompareTo(a.Priority);
        return order != 0 ? order : StartTime(a).CompareTo(StartTime(b));
    }

    // A pod that has not started yet has run for no time at all.
    private static DateTimeOffset StartTime(PodInfo pod) => pod.Pod.Status.StartTime ?? DateTimeOffset.MaxValue;

    /// <summary>
    /// Fewer overdrawn budgets; then the lower priority of the most important victim; then the lower sum of priorities; then fewer
    /// victims; then the shorter running.
    /// </summary>
    private static bool IsBetter(PreemptionPlan.Evict a, PreemptionPlan.Evict b)
    {
        var order = a.OverdrawnBudgets.CompareTo(b.OverdrawnBudgets);
        order = order != 0 ? order : Highest(a).CompareTo(Highest(b));
        order = order != 0 ? order : Sum(a).CompareTo(Sum(b));
        order = order != 0 ? order : a.Victims.Count.CompareTo(b.Victims.Count);
        order = order != 0 ? order : EarliestStart(b).CompareTo(EarliestStart(a));
        return order < 0;

        static int Highest(PreemptionPlan.Evict plan) => plan.Victims.Count == 0 ? int.MinValue : plan.Victims[0].Priority;

        // Shifted, so that several victims of negative priority are not better than one.
        static long Sum(PreemptionPlan.Evict plan) => plan.Victims.Sum(victim => victim.Priority - (long)int.MinValue);

        static DateTimeOffset EarliestStart(PreemptionPlan.Evict plan) => plan.Victims
            .Where(victim => victim.Priority == plan.Victims[0].Priority)
            .Select(StartTime)
            .DefaultIfEmpty(DateTimeOffset.MaxValue)
            .Min();
    }
}
