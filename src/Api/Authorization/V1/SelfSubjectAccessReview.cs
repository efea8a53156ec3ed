using Navarch.Api.Meta.V1;

namespace Navarch.Api.Authorization.V1;

[Resource("authorization.k8s.io", "v1", "selfsubjectaccessreviews", Namespaced = false)]
public sealed partial record SelfSubjectAccessReview : IResource<SelfSubjectAccessReview>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2), Required]
    public SelfSubjectAccessReviewSpec Spec { get; init; } = SelfSubjectAccessReviewSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public SubjectAccessReviewStatus Status { get; init; } = SubjectAccessReviewStatus.Empty;
}

public sealed partial record SelfSubjectAccessReviewSpec : IApiType<SelfSubjectAccessReviewSpec>
{
    [Proto(1)]
    public ResourceAttributes? ResourceAttributes { get; init; }

    [Proto(2)]
    public NonResourceAttributes? NonResourceAttributes { get; init; }
}
