using Navarch.Api.Meta.V1;

namespace Navarch.Api.Authorization.V1;

[Resource("authorization.k8s.io", "v1", "selfsubjectaccessreviews", Namespaced = false)]
public sealed partial record SelfSubjectAccessReview : IResource<SelfSubjectAccessReview>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2), Required]
    public SelfSubjectAccessReviewSpec Spec { get; init; } = SelfSubjectAccessReviewSpec.Empty;

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
