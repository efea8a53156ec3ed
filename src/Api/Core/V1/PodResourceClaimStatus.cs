namespace Navarch.Api.Core.V1;

public sealed partial record PodResourceClaimStatus : IApiType<PodResourceClaimStatus>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2)]
    public string? ResourceClaimName { get; init; }
}
