using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Queue;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Plugins;

/// <summary>A rule about the nodes a pod can run on.</summary>
internal interface IFilterPlugin
{
    /// <summary>Name in messages, as upstream's plugin of the same rule is called.</summary>
    string Name { get; }

    /// <summary>The rule as it applies to one pod, or null when it has nothing to ask of nodes for that pod.</summary>
    INodeFilter? For(PodInfo pod, Snapshot snapshot);

    /// <summary>
    /// Whether <paramref name="change"/> may let <paramref name="pod"/>, which this rule kept off some node, run somewhere.
    /// A wrong no leaves the pod pending; a wrong yes costs an attempt.
    /// </summary>
    bool MayHelp(PodInfo pod, in ClusterChange change);
}

/// <summary>A rule, applied to one pod and one snapshot.</summary>
internal interface INodeFilter
{
    // Asked of hundreds of nodes for every pod: nothing in the scheduler is hotter.
    bool Admits(NodeInfo node);

    /// <summary>Why a node that is not admitted is not.</summary>
    Refusal Explain(NodeInfo node);
}
