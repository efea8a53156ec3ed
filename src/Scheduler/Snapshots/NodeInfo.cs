using Navarch.Scheduler.Pods;

namespace Navarch.Scheduler.Snapshots;

/// <summary>A node and what runs on it, or is about to, at one moment. Immutable: a change makes a new one.</summary>
internal sealed class NodeInfo : IEquatable<NodeInfo>
{
    private NodeInfo(int index, NodeFacts facts, PodInfo[] pods)
    {
        (Index, Facts, Pods) = (index, facts, pods);
    }

    /// <summary>Place in the table of nodes; kept for as long as the node exists, so that others can keep figures beside it.</summary>
    public int Index { get; }

    public NodeFacts Facts { get; }

    /// <summary>Pods in the order in which they came.</summary>
    public PodInfo[] Pods { get; }

    /// <summary>Sum of what the pods ask for.</summary>
    public Resources Requested { get; private init; }

    /// <summary>Sum of what the pods are taken to use when nodes are rated.</summary>
    public long ScoredMilliCpu { get; private init; }

    /// <inheritdoc cref="ScoredMilliCpu"/>
    public long ScoredMemory { get; private init; }

    /// <summary>Pods that have wishes about the company of other pods.</summary>
    public int PodsWithAffinity { get; private init; }

    /// <summary>Pods that refuse the company of others.</summary>
    public int PodsWithRequiredAway { get; private init; }

    /// <summary>Pods that take ports of the node.</summary>
    public int PodsWithHostPorts { get; private init; }

    public string Name => Facts.Name;

    public static NodeInfo Of(int index, NodeFacts facts) => new(index, facts, []);

    public NodeInfo With(PodInfo pod) => Counted([.. Pods, pod], pod, sign: 1);

    /// <summary>This node without <paramref name="pod"/>, which must be the very object that was added.</summary>
    public NodeInfo Without(PodInfo pod)
    {
        var at = PlaceOf(pod);
        return Counted([.. Pods.AsSpan(0, at), .. Pods.AsSpan(at + 1)], pod, sign: -1);
    }

    /// <summary>This node with a newer state of one of its pods, in the same place.</summary>
    public NodeInfo WithReplaced(PodInfo before, PodInfo after)
    {
        var pods = (PodInfo[])Pods.Clone();
        pods[PlaceOf(before)] = after;
        return Counted(pods, before, sign: -1).Counted(pods, after, sign: 1);
    }

    public NodeInfo WithFacts(NodeFacts facts) => new(Index, facts, Pods)
    {
        Requested = Requested,
        ScoredMilliCpu = ScoredMilliCpu,
        ScoredMemory = ScoredMemory,
        PodsWithAffinity = PodsWithAffinity,
        PodsWithRequiredAway = PodsWithRequiredAway,
        PodsWithHostPorts = PodsWithHostPorts,
    };

    /// <summary>Same node, same pods in the same order, same sums.</summary>
    public bool Equals(NodeInfo? other) =>
        ReferenceEquals(this, other)
        || (other is not null
            && Index == other.Index
            && Facts == other.Facts
            && Requested == other.Requested
            && (ScoredMilliCpu, ScoredMemory) == (other.ScoredMilliCpu, other.ScoredMemory)
            && (PodsWithAffinity, PodsWithRequiredAway, PodsWithHostPorts)
                == (other.PodsWithAffinity, other.PodsWithRequiredAway, other.PodsWithHostPorts)
            && Pods.AsSpan().SequenceEqual(other.Pods));

    public override bool Equals(object? obj) => Equals(obj as NodeInfo);

    public override int GetHashCode() => HashCode.Combine(Index, Name, Pods.Length);

    public override string ToString() => Name;

    private int PlaceOf(PodInfo pod)
    {
        var at = Array.IndexOf(Pods, pod);
        return at >= 0 ? at : throw new InvalidOperationException($"pod {pod} is not on node {Name}");
    }

    private NodeInfo Counted(PodInfo[] pods, PodInfo pod, int sign) => new(Index, Facts, pods)
    {
        Requested = sign > 0 ? Requested + pod.Requests : Requested - pod.Requests,
        ScoredMilliCpu = ScoredMilliCpu + (sign * pod.ScoredMilliCpu),
        ScoredMemory = ScoredMemory + (sign * pod.ScoredMemory),
        PodsWithAffinity = PodsWithAffinity + (pod.Affinity is null ? 0 : sign),
        PodsWithRequiredAway = PodsWithRequiredAway + (pod.Affinity is { RequiredAway.Length: > 0 } ? sign : 0),
        PodsWithHostPorts = PodsWithHostPorts + (pod.HostPorts.Length == 0 ? 0 : sign),
    };
}
