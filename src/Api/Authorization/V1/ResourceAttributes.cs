using Navarch.Api.Meta.V1;

namespace Navarch.Api.Authorization.V1;

public sealed partial record ResourceAttributes : IApiType<ResourceAttributes>
{
    [Proto(1)]
    public string Namespace { get; init; } = "";

    [Proto(2)]
    public string Verb { get; init; } = "";

    [Proto(3)]
    public string Group { get; init; } = "";

    [Proto(4)]
    public string Version { get; init; } = "";

    [Proto(5)]
    public string Resource { get; init; } = "";

    [Proto(6)]
    public string Subresource { get; init; } = "";

    [Proto(7)]
    public string Name { get; init; } = "";

    [Proto(8)]
    public FieldSelectorAttributes? FieldSelector { get; init; }

    [Proto(9)]
    public LabelSelectorAttributes? LabelSelector { get; init; }
}

public sealed partial record FieldSelectorAttributes : IApiType<FieldSelectorAttributes>
{
    [Proto(1)]
    public string RawSelector { get; init; } = "";

    [Proto(2), ListAtomic]
    public IReadOnlyList<FieldSelectorRequirement> Requirements { get; init; } = [];
}

public sealed partial record LabelSelectorAttributes : IApiType<LabelSelectorAttributes>
{
    [Proto(1)]
    public string RawSelector { get; init; } = "";

    [Proto(2), ListAtomic]
    public IReadOnlyList<LabelSelectorRequirement> Requirements { get; init; } = [];
}
