using Navarch.Api.Meta.V1;

namespace Navarch.Api.Authorization.V1;

[Resource("authorization.k8s.io", "v1", "localsubjectaccessreviews", Namespaced = true)]
public sealed partial record LocalSubjectAccessReview : IResource<LocalSubjectAccessReview>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2), Required]
    public SubjectAccessReviewSpec Spec { get; init; } = SubjectAccessReviewSpec.Empty;

    [Proto(3)]
    public SubjectAccessReviewStatus Status { get; init; } = SubjectAccessReviewStatus.Empty;
}
