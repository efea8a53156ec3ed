namespace Navarch.Api.AdmissionRegistration.V1;

public sealed partial record Rule : IApiType<Rule>
{
    [Proto(1), JsonName("apiGroups"), ListAtomic]
    public IReadOnlyList<string> APIGroups { get; init; } = [];

    [Proto(2), JsonName("apiVersions"), ListAtomic]
    public IReadOnlyList<string> APIVersions { get; init; } = [];

    [Proto(3), ListAtomic]
    public IReadOnlyList<string> Resources { get; init; } = [];

    [Proto(4), OneOf(typeof(ScopeType))]
    public string? Scope { get; init; }
}
