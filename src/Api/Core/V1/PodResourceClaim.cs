namespace Navarch.Api.Core.V1;

public sealed partial record PodResourceClaim : IApiType<PodResourceClaim>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(3)]
    public string? ResourceClaimName { get; init; }

    [Proto(4)]
    public string? ResourceClaimTemplateName { get; init; }
}
