using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Policy.V1;
using Navarch.Scheduler.Matching;
using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Queue;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler;

/// <summary>What the scheduling loop is told, by informers and by its own writes. It alone acts on them, one after the other.</summary>
internal abstract record Report
{
    private Report()
    {
    }

    internal sealed record OfPod(Pod? Before, Pod? After) : Report;

    internal sealed record OfNode(Node? Before, Node? After) : Report;

    /// <param name="Name">Name of the namespace.</param>
    /// <param name="Labels">Null when it is gone.</param>
    internal sealed record OfNamespace(string Name, Map<string>? Labels) : Report;

    internal sealed record OfService(string Namespace, string Name, Map<string> SelectorBefore, Map<string> SelectorAfter) : Report;

    /// <param name="Key">The controller.</param>
    /// <param name="Pods">What it selects; null when it is gone.</param>
    internal sealed record OfController(WorkloadKey Key, LabelPredicate? Pods) : Report;

    internal sealed record OfBudget(PodDisruptionBudget? Before, PodDisruptionBudget? After) : Report;

    /// <param name="Queued">The pod's place in the queue.</param>
    /// <param name="Pod">The pod that was to be bound.</param>
    /// <param name="Error">Null when the server has stored the binding.</param>
    internal sealed record OfBinding(QueuedPod Queued, PodInfo Pod, Exception? Error) : Report;
}
