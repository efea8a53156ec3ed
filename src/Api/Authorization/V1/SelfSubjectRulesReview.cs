using Navarch.Api.Meta.V1;

namespace Navarch.Api.Authorization.V1;

[Resource("authorization.k8s.io", "v1", "selfsubjectrulesreviews", Namespaced = false)]
public sealed partial record SelfSubjectRulesReview : IResource<SelfSubjectRulesReview>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2), Required]
    public SelfSubjectRulesReviewSpec Spec { get; init; } = SelfSubjectRulesReviewSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public SubjectRulesReviewStatus Status { get; init; } = SubjectRulesReviewStatus.Empty;
}

public sealed partial record SelfSubjectRulesReviewSpec : IApiType<SelfSubjectRulesReviewSpec>
{
    [Proto(1)]
    public string Namespace { get; init; } = "";
}

public sealed partial record SubjectRulesReviewStatus : IApiType<SubjectRulesReviewStatus>
{
    [Proto(1), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<ResourceRule> ResourceRules { get; init; } = [];

    [Proto(2), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<NonResourceRule> NonResourceRules { get; init; } = [];

    [Proto(3), Required, WrittenWhenEmpty]
    public bool Incomplete { get; init; }

    [Proto(4)]
    public string EvaluationError { get; init; } = "";
}

public sealed partial record NonResourceRule : IApiType<NonResourceRule>
{
    [Proto(1), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<string> Verbs { get; init; } = [];

    [Proto(2), ListAtomic]
    public IReadOnlyList<string> NonResourceURLs { get; init; } = [];
}

public sealed partial record ResourceRule : IApiType<ResourceRule>
{
    [Proto(1), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<string> Verbs { get; init; } = [];

    [Proto(2), JsonName("apiGroups"), ListAtomic]
    public IReadOnlyList<string> APIGroups { get; init; } = [];

    [Proto(3), ListAtomic]
    public IReadOnlyList<string> Resources { get; init; } = [];

    [Proto(4), ListAtomic]
    public IReadOnlyList<string> ResourceNames { get; init; } = [];
}
