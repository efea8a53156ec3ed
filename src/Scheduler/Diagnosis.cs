using System.Text;
using Navarch.Scheduler.Plugins;
using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler;

/// <summary>Why no node would have a pod.</summary>
/// <param name="NodeCount">All nodes, looked at or not.</param>
/// <param name="Refusals">Of each node that was looked at, why not.</param>
/// <param name="Others">What holds for the nodes not looked at; null when all were.</param>
/// <param name="RefusedBy">The rules that refused some node.</param>
internal sealed record Diagnosis(
    int NodeCount, IReadOnlyList<NodeRefusal> Refusals, Refusal? Others, IReadOnlyList<IFilterPlugin> RefusedBy)
{
    /// <summary>Upstream's sentence about all nodes, with what preempting other pods would (not) have done.</summary>
    /// <param name="preemption">Empty, or a sentence of its own.</param>
    public string Message(string preemption)
    {
        if (NodeCount == 0)
        {
            return "no nodes available to schedule pods";
        }

        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (_, refusal) in Refusals)
        {
            Count(refusal, 1);
        }

        if (Others is not null)
        {
            Count(Others, NodeCount - Refusals.Count);
        }

        var text = new StringBuilder($"0/{NodeCount} nodes are available:");
        var lines = counts.Select(count => $"{count.Value} {count.Key}").Order(StringComparer.Ordinal);
        text.Append(' ').AppendJoin(", ", lines).Append('.');
        return preemption.Length == 0 ? text.ToString() : text.Append(' ').Append(preemption).ToString();

        void Count(Refusal refusal, int nodes)
        {
            foreach (var reason in refusal.Reasons)
            {
                counts[reason] = counts.GetValueOrDefault(reason) + nodes;
            }
        }
    }
}

/// <summary>One node and why it would not have the pod.</summary>
internal readonly record struct NodeRefusal(NodeInfo Node, Refusal Refusal);
