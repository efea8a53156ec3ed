using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>Limits and defaults for single objects of a namespace.</summary>
[Resource("", "v1", "limitranges", Namespaced = true, ShortNames = ["limits"])]
public sealed partial record LimitRange : IResource<LimitRange>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public LimitRangeSpec Spec { get; init; } = LimitRangeSpec.Empty;
}

public sealed partial record LimitRangeSpec : IApiType<LimitRangeSpec>
{
    [Proto(1), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<LimitRangeItem> Limits { get; init; } = [];
}

public sealed partial record LimitRangeItem : IApiType<LimitRangeItem>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    [Proto(2)]
    public Map<Quantity> Max { get; init; } = [];

    [Proto(3)]
    public Map<Quantity> Min { get; init; } = [];

    [Proto(4)]
    public Map<Quantity> Default { get; init; } = [];

    [Proto(5)]
    public Map<Quantity> DefaultRequest { get; init; } = [];

    [Proto(6)]
    public Map<Quantity> MaxLimitRequestRatio { get; init; } = [];
}
