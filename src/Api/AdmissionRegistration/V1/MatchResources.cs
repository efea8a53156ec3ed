using Navarch.Api.Meta.V1;

namespace Navarch.Api.AdmissionRegistration.V1;

[AtomicMap]
public sealed partial record MatchResources : IApiType<MatchResources>
{
    [Proto(1)]
    public LabelSelector? NamespaceSelector { get; init; }

    [Proto(2)]
    public LabelSelector? ObjectSelector { get; init; }

    [Proto(3), ListAtomic]
    public IReadOnlyList<NamedRuleWithOperations> ResourceRules { get; init; } = [];

    [Proto(4), ListAtomic]
    public IReadOnlyList<NamedRuleWithOperations> ExcludeResourceRules { get; init; } = [];

    [Proto(7), OneOf(typeof(MatchPolicyType))]
    public string? MatchPolicy { get; init; }
}

[AtomicMap]
public sealed partial record NamedRuleWithOperations : IApiType<NamedRuleWithOperations>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<string> ResourceNames { get; init; } = [];

    [Proto(1, In = [2]), OneOf(typeof(OperationType)), ListAtomic]
    public IReadOnlyList<string> Operations { get; init; } = [];

    [Proto(1, In = [2, 2]), JsonName("apiGroups"), ListAtomic]
    public IReadOnlyList<string> APIGroups { get; init; } = [];

    [Proto(2, In = [2, 2]), JsonName("apiVersions"), ListAtomic]
    public IReadOnlyList<string> APIVersions { get; init; } = [];

    [Proto(3, In = [2, 2]), ListAtomic]
    public IReadOnlyList<string> Resources { get; init; } = [];

    [Proto(4, In = [2, 2]), OneOf(typeof(ScopeType))]
    public string? Scope { get; init; }
}
