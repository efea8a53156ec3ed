namespace Navarch.Api.AdmissionRegistration.V1;

public sealed partial record RuleWithOperations : IApiType<RuleWithOperations>
{
    [Proto(1), OneOf(typeof(OperationType)), ListAtomic]
    public IReadOnlyList<string> Operations { get; init; } = [];

    [Proto(1, In = [2]), JsonName("apiGroups"), ListAtomic]
    public IReadOnlyList<string> APIGroups { get; init; } = [];

    [Proto(2, In = [2]), JsonName("apiVersions"), ListAtomic]
    public IReadOnlyList<string> APIVersions { get; init; } = [];

    [Proto(3, In = [2]), ListAtomic]
    public IReadOnlyList<string> Resources { get; init; } = [];

    [Proto(4, In = [2]), OneOf(typeof(ScopeType))]
    public string? Scope { get; init; }
}
