namespace Navarch.Scheduler.Snapshots;

/// <summary>
/// A persistent array of nodes. It is cut into chunks, and tables share the chunks in which they agree: to change one node of
/// 5,000 copies about a kilobyte, and the difference of two tables is found by comparing references, chunk by chunk.
/// </summary>
internal sealed class NodeTable : IEquatable<NodeTable>
{
    /// <summary>Nodes per chunk. The square root of some thousands: chunk and list of chunks are then copied at like cost.</summary>
    internal const int ChunkSize = 64;

    public static readonly NodeTable Empty = new([]);

    private readonly NodeInfo?[][] chunks;

    internal NodeTable(NodeInfo?[][] chunks)
    {
        this.chunks = chunks;
    }

    /// <summary>One more than the largest index that can be asked for.</summary>
    public int Capacity => chunks.Length * ChunkSize;

    /// <summary>The node at <paramref name="index"/>, or null where a node was removed.</summary>
    public NodeInfo? this[int index] => chunks[index / ChunkSize][index % ChunkSize];

    /// <summary>This table with another state of one node it has.</summary>
    public NodeTable With(NodeInfo node)
    {
        var changed = (NodeInfo?[][])chunks.Clone();
        var chunk = (NodeInfo?[])changed[node.Index / ChunkSize].Clone();
        chunk[node.Index % ChunkSize] = node;
        changed[node.Index / ChunkSize] = chunk;
        return new NodeTable(changed);
    }

    /// <summary>Both hold equal nodes at the same indexes.</summary>
    public bool Equals(NodeTable? other)
    {
        if (other is null || other.Capacity != Capacity)
        {
            return false;
        }

        for (var i = 0; i < Capacity; i++)
        {
            if (!Equals(this[i], other[i]))
            {
                return false;
            }
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as NodeTable);

    public override int GetHashCode() => Capacity;

    /// <summary>Tells <paramref name="observer"/> of every index at which the tables differ. Costs what differs.</summary>
    public static void Compare(NodeTable before, NodeTable after, INodeObserver observer)
    {
        for (var i = 0; i < Math.Max(before.chunks.Length, after.chunks.Length); i++)
        {
            var old = i < before.chunks.Length ? before.chunks[i] : null;
            var now = i < after.chunks.Length ? after.chunks[i] : null;
            if (ReferenceEquals(old, now))
            {
                continue;
            }

            for (var j = 0; j < ChunkSize; j++)
            {
                if (!ReferenceEquals(old?[j], now?[j]))
                {
                    observer.Changed(old?[j], now?[j]);
                }
            }
        }
    }
}

/// <summary>Hears how the nodes of two tables differ.</summary>
internal interface INodeObserver
{
    /// <param name="before">Null when the node is new.</param>
    /// <param name="after">Null when the node is gone.</param>
    void Changed(NodeInfo? before, NodeInfo? after);
}
