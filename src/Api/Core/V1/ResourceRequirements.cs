namespace Navarch.Api.Core.V1;

public sealed partial record ResourceRequirements : IApiType<ResourceRequirements>
{
    [Proto(1)]
    public Map<Quantity> Limits { get; init; } = [];

    [Proto(2)]
    public Map<Quantity> Requests { get; init; } = [];

    [Proto(3), ListMap("name")]
    public IReadOnlyList<ResourceClaim> Claims { get; init; } = [];
}

public sealed partial record ResourceClaim : IApiType<ResourceClaim>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2)]
    public string Request { get; init; } = "";
}
