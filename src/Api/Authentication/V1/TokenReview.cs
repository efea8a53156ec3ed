using Navarch.Api.Meta.V1;

namespace Navarch.Api.Authentication.V1;

[Resource("authentication.k8s.io", "v1", "tokenreviews", Namespaced = false)]
public sealed partial record TokenReview : IResource<TokenReview>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2), Required]
    public TokenReviewSpec Spec { get; init; } = TokenReviewSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public TokenReviewStatus Status { get; init; } = TokenReviewStatus.Empty;
}

public sealed partial record TokenReviewSpec : IApiType<TokenReviewSpec>
{
    [Proto(1), Required]
    public string Token { get; init; } = "";

    [Proto(2), ListAtomic]
    public IReadOnlyList<string> Audiences { get; init; } = [];
}

public sealed partial record TokenReviewStatus : IApiType<TokenReviewStatus>
{
    [Proto(1)]
    public bool Authenticated { get; init; }

    [Proto(2)]
    public UserInfo User { get; init; } = UserInfo.Empty;

    [Proto(4), ListAtomic]
    public IReadOnlyList<string> Audiences { get; init; } = [];

    [Proto(3)]
    public string Error { get; init; } = "";
}
