using Navarch.Api.Meta.V1;

namespace Navarch.Api.Authentication.V1;

[ApiObject("authentication.k8s.io", "v1")]
public sealed partial record TokenRequest : IApiType<TokenRequest>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2)]
    public TokenRequestSpec Spec { get; init; } = TokenRequestSpec.Empty;

    [Proto(3)]
    public TokenRequestStatus Status { get; init; } = TokenRequestStatus.Empty;
}

public sealed partial record TokenRequestSpec : IApiType<TokenRequestSpec>
{
    [Proto(1), WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<string> Audiences { get; init; } = [];

    [Proto(4), WrittenWhenEmpty]
    public long? ExpirationSeconds { get; init; }

    [Proto(3), WrittenWhenEmpty]
    public BoundObjectReference? BoundObjectRef { get; init; }
}

public sealed partial record TokenRequestStatus : IApiType<TokenRequestStatus>
{
    [Proto(1), WrittenWhenEmpty]
    public string Token { get; init; } = "";

    [Proto(2), WrittenWhenEmpty]
    public DateTimeOffset? ExpirationTimestamp { get; init; }
}

public sealed partial record BoundObjectReference : IApiType<BoundObjectReference>
{
    [Proto(1)]
    public string Kind { get; init; } = "";

    [Proto(2), JsonName("apiVersion")]
    public string APIVersion { get; init; } = "";

    [Proto(3)]
    public string Name { get; init; } = "";

    [Proto(4), JsonName("uid")]
    public string UID { get; init; } = "";
}
