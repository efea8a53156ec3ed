namespace Navarch.Api.Core.V1;

[AtomicMap]
public sealed partial record ResourceFieldSelector : IApiType<ResourceFieldSelector>
{
    [Proto(1)]
    public string ContainerName { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Resource { get; init; } = "";

    [Proto(3), WrittenWhenEmpty]
    public Quantity Divisor { get; init; }
}
