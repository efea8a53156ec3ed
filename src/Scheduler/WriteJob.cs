using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Queue;

namespace Navarch.Scheduler;

/// <summary>Something to be told to the API server.</summary>
internal abstract record WriteJob
{
    private WriteJob()
    {
    }

    /// <summary>The pod runs on the node.</summary>
    internal sealed record Bind(QueuedPod Queued, PodInfo Pod, string NodeName) : WriteJob;

    /// <summary>The pod has no node, and why.</summary>
    /// <param name="Pod">The pod.</param>
    /// <param name="Reason">One word for machines.</param>
    /// <param name="Message">A sentence for people.</param>
    /// <param name="NominatedNodeName">The node it waits for; empty for none any more, null to leave it as it is.</param>
    internal sealed record Explain(PodInfo Pod, string Reason, string Message, string? NominatedNodeName) : WriteJob;

    /// <summary>The victims leave the node for the pod.</summary>
    internal sealed record Evict(PodInfo Pod, string NodeName, IReadOnlyList<PodInfo> Victims) : WriteJob;
}
