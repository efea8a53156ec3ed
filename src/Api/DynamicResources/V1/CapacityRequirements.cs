namespace Navarch.Api.DynamicResources.V1;

public sealed partial record CapacityRequirements : IApiType<CapacityRequirements>
{
    [Proto(1)]
    public Map<Quantity> Requests { get; init; } = [];
}
