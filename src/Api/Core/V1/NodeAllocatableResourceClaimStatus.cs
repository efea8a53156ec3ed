namespace Navarch.Api.Core.V1;

public sealed partial record NodeAllocatableResourceClaimStatus : IApiType<NodeAllocatableResourceClaimStatus>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string ResourceClaimName { get; init; } = "";

    [Proto(2), ListSet]
    public IReadOnlyList<string> Containers { get; init; } = [];

    [Proto(3), Required, WrittenWhenEmpty]
    public Map<Quantity> Resources { get; init; } = [];
}
