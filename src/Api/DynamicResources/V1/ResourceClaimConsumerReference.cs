namespace Navarch.Api.DynamicResources.V1;

public sealed partial record ResourceClaimConsumerReference : IApiType<ResourceClaimConsumerReference>
{
    [Proto(1), JsonName("apiGroup")]
    public string APIGroup { get; init; } = "";

    [Proto(3), Required, WrittenWhenEmpty]
    public string Resource { get; init; } = "";

    [Proto(4), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(5), JsonName("uid"), Required, WrittenWhenEmpty]
    public string UID { get; init; } = "";
}
