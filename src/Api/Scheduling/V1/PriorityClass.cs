using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.Scheduling.V1;

/// <summary>A named priority for pods.</summary>
[Resource("scheduling.k8s.io", "v1", "priorityclasses", Namespaced = false, ShortNames = ["pc"])]
public sealed partial record PriorityClass : IResource<PriorityClass>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The priority: the higher, the more important.</summary>
    [Proto(2), WrittenWhenEmpty]
    public int Value { get; init; }

    /// <summary>Whether pods that name no class get this one.</summary>
    [Proto(3)]
    public bool GlobalDefault { get; init; }

    /// <summary>What it is for.</summary>
    [Proto(4)]
    public string Description { get; init; } = "";

    /// <summary>Never, or PreemptLowerPriority (default): whether its pods may have others evicted.</summary>
    [Proto(5), OneOf(typeof(PreemptionPolicy))]
    public string? PreemptionPolicy { get; init; }
}
