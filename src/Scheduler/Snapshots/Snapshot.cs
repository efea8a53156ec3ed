using System.Collections.Immutable;
using Navarch.Api;
using Navarch.Scheduler.Pods;
using Navarch.Scheduler.Preemption;

namespace Navarch.Scheduler.Snapshots;

/// <summary>The cluster at one moment, as far as placing pods is concerned. Immutable and shared.</summary>
internal sealed record Snapshot
{
    public static readonly Snapshot Empty = new();

    public NodeTable Nodes { get; init; } = NodeTable.Empty;

    /// <summary>
    /// Indexes of all nodes in the order to look at them: the zones take turns, so that a search that ends early has seen
    /// nodes of every zone.
    /// </summary>
    public int[] Order { get; init; } = [];

    public ImmutableDictionary<string, int> IndexByName { get; init; } = ImmutableDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>How many nodes have an image, by its name.</summary>
    public ImmutableDictionary<string, int> NodesByImage { get; init; } = ImmutableDictionary.Create<string, int>(StringComparer.Ordinal);

    public ImmutableDictionary<string, Map<string>> NamespaceLabels { get; init; } =
        ImmutableDictionary.Create<string, Map<string>>(StringComparer.Ordinal);

    /// <summary>Services and controllers whose pods are spread when they do not say how.</summary>
    public WorkloadSelectors Workloads { get; init; } = WorkloadSelectors.Empty;

    /// <summary>Pods that wait for victims to leave the node of this index; pods of lower priority must not take the room.</summary>
    public ImmutableDictionary<int, ImmutableArray<PodInfo>> Nominated { get; init; } = ImmutableDictionary<int, ImmutableArray<PodInfo>>.Empty;

    /// <summary>Disruption budgets, by <c>namespace/name</c>.</summary>
    public ImmutableDictionary<string, DisruptionBudget> Budgets { get; init; } =
        ImmutableDictionary.Create<string, DisruptionBudget>(StringComparer.Ordinal);

    /// <summary>Pods of all nodes that have wishes about the company of other pods.</summary>
    public int PodsWithAffinity { get; init; }

    /// <summary>Pods of all nodes that refuse the company of others.</summary>
    public int PodsWithRequiredAway { get; init; }

    public int NodeCount => Order.Length;

    public NodeInfo? FindNode(string name) => IndexByName.TryGetValue(name, out var index) ? Nodes[index] : null;

    /// <summary>The cluster as it would be with another state of one of its nodes.</summary>
    public Snapshot With(NodeInfo node)
    {
        var before = Nodes[node.Index] ?? throw new InvalidOperationException($"node {node} is not in the snapshot");
        return this with
        {
            Nodes = Nodes.With(node),
            PodsWithAffinity = PodsWithAffinity + node.PodsWithAffinity - before.PodsWithAffinity,
            PodsWithRequiredAway = PodsWithRequiredAway + node.PodsWithRequiredAway - before.PodsWithRequiredAway,
        };
    }
}
