namespace Navarch.Api.Rbac.V1;

/// <summary>Allows some verbs on some resources.</summary>
public sealed partial record PolicyRule : IApiType<PolicyRule>
{
    /// <summary>get, list, watch, create, update, patch, delete and others; * for all.</summary>
    [Proto(1), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<string> Verbs { get; init; } = [];

    /// <summary>Groups of the resources; empty text for core, * for all.</summary>
    [Proto(2), JsonName("apiGroups"), ListAtomic]
    public IReadOnlyList<string> APIGroups { get; init; } = [];

    /// <summary>Resources, also in the form resource/subresource; * for all.</summary>
    [Proto(3), ListAtomic]
    public IReadOnlyList<string> Resources { get; init; } = [];

    /// <summary>Names of the objects. Default: all.</summary>
    [Proto(4), ListAtomic]
    public IReadOnlyList<string> ResourceNames { get; init; } = [];

    /// <summary>Paths beside resources, such as /healthz; in cluster roles only.</summary>
    [Proto(5), ListAtomic]
    public IReadOnlyList<string> NonResourceURLs { get; init; } = [];
}
