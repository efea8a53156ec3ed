using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

public sealed partial record Affinity : IApiType<Affinity>
{
    [Proto(1)]
    public NodeAffinity? NodeAffinity { get; init; }

    [Proto(2)]
    public PodAffinity? PodAffinity { get; init; }

    [Proto(3)]
    public PodAntiAffinity? PodAntiAffinity { get; init; }
}

public sealed partial record NodeAffinity : IApiType<NodeAffinity>
{
    [Proto(1)]
    public NodeSelector? RequiredDuringSchedulingIgnoredDuringExecution { get; init; }

    [Proto(2), ListAtomic]
    public IReadOnlyList<PreferredSchedulingTerm> PreferredDuringSchedulingIgnoredDuringExecution { get; init; } = [];
}

public sealed partial record PodAffinity : IApiType<PodAffinity>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<PodAffinityTerm> RequiredDuringSchedulingIgnoredDuringExecution { get; init; } = [];

    [Proto(2), ListAtomic]
    public IReadOnlyList<WeightedPodAffinityTerm> PreferredDuringSchedulingIgnoredDuringExecution { get; init; } = [];
}

public sealed partial record PodAntiAffinity : IApiType<PodAntiAffinity>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<PodAffinityTerm> RequiredDuringSchedulingIgnoredDuringExecution { get; init; } = [];

    [Proto(2), ListAtomic]
    public IReadOnlyList<WeightedPodAffinityTerm> PreferredDuringSchedulingIgnoredDuringExecution { get; init; } = [];
}

public sealed partial record PreferredSchedulingTerm : IApiType<PreferredSchedulingTerm>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public int Weight { get; init; }

    [Proto(2), Required]
    public NodeSelectorTerm Preference { get; init; } = NodeSelectorTerm.Empty;
}

public sealed partial record WeightedPodAffinityTerm : IApiType<WeightedPodAffinityTerm>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public int Weight { get; init; }

    [Proto(2), Required]
    public PodAffinityTerm PodAffinityTerm { get; init; } = PodAffinityTerm.Empty;
}

public sealed partial record PodAffinityTerm : IApiType<PodAffinityTerm>
{
    [Proto(1)]
    public LabelSelector? LabelSelector { get; init; }

    [Proto(2), ListAtomic]
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    [Proto(3), Required, WrittenWhenEmpty]
    public string TopologyKey { get; init; } = "";

    [Proto(4)]
    public LabelSelector? NamespaceSelector { get; init; }

    [Proto(5), ListAtomic]
    public IReadOnlyList<string> MatchLabelKeys { get; init; } = [];

    [Proto(6), ListAtomic]
    public IReadOnlyList<string> MismatchLabelKeys { get; init; } = [];
}
