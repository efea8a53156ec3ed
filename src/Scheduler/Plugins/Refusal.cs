namespace Navarch.Scheduler.Plugins;

/// <summary>Why a node cannot run a pod. Instances are shared: thousands of nodes refuse for the same reason.</summary>
/// <param name="Reasons">At least one, in upstream's words, as counted in messages.</param>
/// <param name="EvictionMayHelp">Whether the node could run the pod if other pods left it.</param>
internal sealed record Refusal(IReadOnlyList<string> Reasons, bool EvictionMayHelp)
{
    /// <summary>A reason that lies in other pods.</summary>
    public static Refusal ByPods(string reason) => new([reason], EvictionMayHelp: true);

    /// <summary>A reason that lies in the node.</summary>
    public static Refusal ByNode(string reason) => new([reason], EvictionMayHelp: false);
}
