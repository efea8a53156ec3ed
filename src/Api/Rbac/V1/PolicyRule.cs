namespace Navarch.Api.Rbac.V1;

public sealed partial record PolicyRule : IApiType<PolicyRule>
{
    [Proto(1), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<string> Verbs { get; init; } = [];

    [Proto(2), JsonName("apiGroups"), ListAtomic]
    public IReadOnlyList<string> APIGroups { get; init; } = [];

    [Proto(3), ListAtomic]
    public IReadOnlyList<string> Resources { get; init; } = [];

    [Proto(4), ListAtomic]
    public IReadOnlyList<string> ResourceNames { get; init; } = [];

    [Proto(5), ListAtomic]
    public IReadOnlyList<string> NonResourceURLs { get; init; } = [];
}
