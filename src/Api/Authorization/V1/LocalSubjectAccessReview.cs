using Navarch.Api.Meta.V1;

namespace Navarch.Api.Authorization.V1;

[Resource("authorization.k8s.io", "v1", "localsubjectaccessreviews", Namespaced = true)]
public sealed partial record LocalSubjectAccessReview : IResource<LocalSubjectAccessReview>
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
