using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Preemption;

/// <summary>What was decided for a pod that no node would have.</summary>
internal abstract record PreemptionPlan
{
    private PreemptionPlan()
    {
    }

    /// <summary>Nobody is evicted.</summary>
    /// <param name="Reason">Why, as the end of the message about the pod; may be empty.</param>
    /// <param name="IsWaiting">Victims of an earlier attempt are still leaving: the node stays reserved.</param>
    internal sealed record None(string Reason, bool IsWaiting = false) : PreemptionPlan;

    /// <summary>The victims leave, and the pod waits for their room.</summary>
    /// <param name="Node">Where.</param>
    /// <param name="Victims">The most important first.</param>
    /// <param name="OverdrawnBudgets">Victims that a disruption budget should have kept; they go only where nothing else helps.</param>
    internal sealed record Evict(NodeInfo Node, IReadOnlyList<PodInfo> Victims, int OverdrawnBudgets) : PreemptionPlan;
}
