using Navarch.Api.Meta.V1;

namespace Navarch.Api.Authorization.V1;

[Resource("authorization.k8s.io", "v1", "subjectaccessreviews", Namespaced = false)]
public sealed partial record SubjectAccessReview : IResource<SubjectAccessReview>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2), Required]
    public SubjectAccessReviewSpec Spec { get; init; } = SubjectAccessReviewSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public SubjectAccessReviewStatus Status { get; init; } = SubjectAccessReviewStatus.Empty;
}

public sealed partial record SubjectAccessReviewSpec : IApiType<SubjectAccessReviewSpec>
{
    [Proto(1)]
    public ResourceAttributes? ResourceAttributes { get; init; }

    [Proto(2)]
    public NonResourceAttributes? NonResourceAttributes { get; init; }

    [Proto(3)]
    public string User { get; init; } = "";

    [Proto(4), ListAtomic]
    public IReadOnlyList<string> Groups { get; init; } = [];

    [Proto(5)]
    public Map<IReadOnlyList<string>> Extra { get; init; } = [];

    [Proto(6), JsonName("uid")]
    public string UID { get; init; } = "";
}

public sealed partial record SubjectAccessReviewStatus : IApiType<SubjectAccessReviewStatus>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public bool Allowed { get; init; }

    [Proto(4)]
    public bool Denied { get; init; }

    [Proto(2)]
    public string Reason { get; init; } = "";

    [Proto(3)]
    public string EvaluationError { get; init; } = "";
}
