using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Queue;

/// <summary>What can happen in a cluster that lets a pod be placed which could not be before.</summary>
internal enum ClusterChangeKind
{
    NodeAdded,

    /// <summary>Labels, taints, allocatable amounts or schedulability of a node.</summary>
    NodeChanged,
    NodeRemoved,

    /// <summary>A pod runs on a node, or is about to.</summary>
    PodAdded,

    /// <summary>A pod takes nothing of its node any more.</summary>
    PodRemoved,

    /// <summary>A placed pod asks for less than before.</summary>
    PodShrunk,

    /// <summary>A placed pod has other labels, or is on its way out.</summary>
    PodChanged,
    NamespaceChanged,
}

/// <summary>One change, with what it was about.</summary>
internal readonly record struct ClusterChange(ClusterChangeKind Kind)
{
    /// <summary>The node as it is now; set for added and changed nodes.</summary>
    public NodeFacts? Node { get; init; }

    /// <summary>The node as it was; set for changed nodes.</summary>
    public NodeFacts? NodeBefore { get; init; }

    /// <summary>Set for changes of pods.</summary>
    public PodInfo? Pod { get; init; }

    /// <summary>A node came or changed.</summary>
    public bool IsNode => Kind is ClusterChangeKind.NodeAdded or ClusterChangeKind.NodeChanged;
}
