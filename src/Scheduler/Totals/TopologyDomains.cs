using Navarch.Scheduler.Snapshots;

namespace Navarch.Scheduler.Totals;

/// <summary>
/// Numbers the values of one node label, so that the domain of a node is an array read. A number is never given to another value;
/// what was found of a node is kept for as long as the node is reported unchanged.
/// </summary>
internal sealed class TopologyDomains(string key)
{
    /// <summary>The node lacks the label.</summary>
    public const int None = -1;

    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private NodeFacts?[] facts = []; // By node index: what the domain was read from.
    private int[] domains = []; // By node index.

    public string Key => key;

    /// <summary>One more than the largest number.</summary>
    public int Count => numbers.Count;

    public int Of(NodeInfo node)
    {
        var index = node.Index;
        return index < facts.Length && ReferenceEquals(facts[index], node.Facts) ? domains[index] : Read(node);
    }

    private int Read(NodeInfo node)
    {
        var domain = None;
        if (node.Facts.Labels.Find(key) is { } value && !numbers.TryGetValue(value, out domain))
        {
            domain = numbers.Count;
            numbers.Add(value, domain);
        }

        if (node.Index >= facts.Length)
        {
            Array.Resize(ref facts, Math.Max(NodeTable.ChunkSize, node.Index * 2));
            Array.Resize(ref domains, facts.Length);
        }

        facts[node.Index] = node.Facts;
        return domains[node.Index] = domain;
    }
}
