using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>Rules and wishes about where a pod runs.</summary>
public sealed partial record Affinity : IApiType<Affinity>
{
    /// <summary>About the node.</summary>
    [Proto(1)]
    public NodeAffinity? NodeAffinity { get; init; }

    /// <summary>About pods to be near to.</summary>
    [Proto(2)]
    public PodAffinity? PodAffinity { get; init; }

    /// <summary>About pods to be away from.</summary>
    [Proto(3)]
    public PodAntiAffinity? PodAntiAffinity { get; init; }
}

/// <summary>Rules and wishes about the node of a pod.</summary>
public sealed partial record NodeAffinity : IApiType<NodeAffinity>
{
    /// <summary>The nodes that will do. Asked when the pod is placed, not afterwards.</summary>
    [Proto(1)]
    public NodeSelector? RequiredDuringSchedulingIgnoredDuringExecution { get; init; }

    /// <summary>The nodes to prefer. The node with the largest sum of weights is best.</summary>
    [Proto(2), ListAtomic]
    public IReadOnlyList<PreferredSchedulingTerm> PreferredDuringSchedulingIgnoredDuringExecution { get; init; } = [];
}

/// <summary>Rules and wishes about pods to be near to.</summary>
public sealed partial record PodAffinity : IApiType<PodAffinity>
{
    /// <summary>Pods that must be near. Asked when the pod is placed, not afterwards. All terms must hold.</summary>
    [Proto(1), ListAtomic]
    public IReadOnlyList<PodAffinityTerm> RequiredDuringSchedulingIgnoredDuringExecution { get; init; } = [];

    /// <summary>Pods that had better be near.</summary>
    [Proto(2), ListAtomic]
    public IReadOnlyList<WeightedPodAffinityTerm> PreferredDuringSchedulingIgnoredDuringExecution { get; init; } = [];
}

/// <summary>Rules and wishes about pods to be away from.</summary>
public sealed partial record PodAntiAffinity : IApiType<PodAntiAffinity>
{
    /// <summary>Pods that must not be near. Asked when the pod is placed, not afterwards. All terms must hold.</summary>
    [Proto(1), ListAtomic]
    public IReadOnlyList<PodAffinityTerm> RequiredDuringSchedulingIgnoredDuringExecution { get; init; } = [];

    /// <summary>Pods that had better not be near.</summary>
    [Proto(2), ListAtomic]
    public IReadOnlyList<WeightedPodAffinityTerm> PreferredDuringSchedulingIgnoredDuringExecution { get; init; } = [];
}

/// <summary>Nodes to prefer, and how much.</summary>
public sealed partial record PreferredSchedulingTerm : IApiType<PreferredSchedulingTerm>
{
    /// <summary>How much it counts, 1 to 100.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public int Weight { get; init; }

    /// <summary>The nodes.</summary>
    [Proto(2), Required]
    public NodeSelectorTerm Preference { get; init; } = NodeSelectorTerm.Empty;
}

/// <summary>Pods to be near to or away from, and how much that counts.</summary>
public sealed partial record WeightedPodAffinityTerm : IApiType<WeightedPodAffinityTerm>
{
    /// <summary>How much it counts, 1 to 100.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public int Weight { get; init; }

    /// <summary>The pods.</summary>
    [Proto(2), Required]
    public PodAffinityTerm PodAffinityTerm { get; init; } = PodAffinityTerm.Empty;
}

/// <summary>Which pods, and how near is near.</summary>
public sealed partial record PodAffinityTerm : IApiType<PodAffinityTerm>
{
    /// <summary>Labels of the pods. Absent matches no pod.</summary>
    [Proto(1)]
    public LabelSelector? LabelSelector { get; init; }

    /// <summary>Namespaces of the pods. With namespaceSelector absent too: the pod's own.</summary>
    [Proto(2), ListAtomic]
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    /// <summary>Label of nodes: nodes with the same value are near each other.</summary>
    [Proto(3), Required, WrittenWhenEmpty]
    public string TopologyKey { get; init; } = "";

    /// <summary>Labels of the namespaces of the pods; empty means all namespaces.</summary>
    [Proto(4)]
    public LabelSelector? NamespaceSelector { get; init; }

    /// <summary>Labels that the other pods must have with the same value as this pod.</summary>
    [Proto(5), ListAtomic]
    public IReadOnlyList<string> MatchLabelKeys { get; init; } = [];

    /// <summary>Labels that the other pods must not have with the same value as this pod.</summary>
    [Proto(6), ListAtomic]
    public IReadOnlyList<string> MismatchLabelKeys { get; init; } = [];
}
