using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler;

/// <summary>What was decided about a pod.</summary>
internal abstract record Placement
{
    private Placement()
    {
    }

    /// <summary>It shall run on <paramref name="Node"/>.</summary>
    /// <param name="Node">The node, in the snapshot that was asked about.</param>
    /// <param name="Evaluated">Nodes looked at.</param>
    /// <param name="Feasible">Nodes that would have had it.</param>
    internal sealed record On(NodeInfo Node, int Evaluated, int Feasible) : Placement;

    /// <summary>No node would have it.</summary>
    internal sealed record Nowhere(Diagnosis Diagnosis) : Placement;
}
