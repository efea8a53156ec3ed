using Navarch.Api.Meta.V1;

namespace Navarch.Api.Authentication.V1;

[Resource("authentication.k8s.io", "v1", "selfsubjectreviews", Namespaced = false)]
public sealed partial record SelfSubjectReview : IResource<SelfSubjectReview>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(2)]
    public SelfSubjectReviewStatus Status { get; init; } = SelfSubjectReviewStatus.Empty;
}

public sealed partial record SelfSubjectReviewStatus : IApiType<SelfSubjectReviewStatus>
{
    [Proto(1)]
    public UserInfo UserInfo { get; init; } = UserInfo.Empty;
}
