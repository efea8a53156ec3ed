using Navarch.Scheduler.Plugins;
using Navarch.Scheduler.Pods;

namespace Navarch.Scheduler.Queue;

/// <summary>Where a pod waits.</summary>
internal enum QueuePlace
{
    /// <summary>For its turn.</summary>
    Active,

    /// <summary>For the pause after its last attempt to end.</summary>
    Backoff,

    /// <summary>For a change in the cluster that can help it.</summary>
    Unschedulable,

    /// <summary>For somebody to take its scheduling gates away.</summary>
    Gated,

    /// <summary>It does not wait: it is being placed or bound.</summary>
    InFlight,
}

/// <summary>A pod without a node and its history in the queue. State of the queue, changed by it alone.</summary>
internal sealed class QueuedPod(PodInfo pod, long sequence)
{
    public PodInfo Pod { get; set; } = pod;

    public QueuePlace Place { get; set; }

    /// <summary>Attempts to place it so far.</summary>
    public int Attempts { get; set; }

    /// <summary>When it came, or when its last attempt ended. Of two pods of one priority the one that waits longer goes first.</summary>
    public DateTimeOffset Since { get; set; }

    /// <summary>When its pause ends.</summary>
    public DateTimeOffset BackoffUntil { get; set; }

    /// <summary>Its last attempt ended by an error, not for want of a node.</summary>
    public bool HasFailed { get; set; }

    /// <summary>The rules that kept it off some node at the last attempt; empty when there was no node at all.</summary>
    public IReadOnlyList<IFilterPlugin> RefusedBy { get; set; } = [];

    /// <summary>Order of arrival; makes every order in the queue total.</summary>
    public long Sequence { get; } = sequence;
}
