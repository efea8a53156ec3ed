namespace Navarch.Api.DynamicResources.V1;

public sealed partial record Counter : IApiType<Counter>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public Quantity Value { get; init; }
}
