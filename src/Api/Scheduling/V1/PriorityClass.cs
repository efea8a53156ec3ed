using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.Scheduling.V1;

/// <summary>A named priority for pods.</summary>
[Resource("scheduling.k8s.io", "v1", "priorityclasses", Namespaced = false, ShortNames = ["pc"])]
public sealed partial record PriorityClass : IResource<PriorityClass>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2), WrittenWhenEmpty]
    public int Value { get; init; }

    [Proto(3)]
    public bool GlobalDefault { get; init; }

    [Proto(4)]
    public string Description { get; init; } = "";

    [Proto(5), OneOf(typeof(PreemptionPolicy))]
    public string? PreemptionPolicy { get; init; }
}
