namespace Navarch.Api.Core.V1;

public sealed partial record PodSchedulingGate : IApiType<PodSchedulingGate>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";
}
