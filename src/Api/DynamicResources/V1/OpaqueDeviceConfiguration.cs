namespace Navarch.Api.DynamicResources.V1;

public sealed partial record OpaqueDeviceConfiguration : IApiType<OpaqueDeviceConfiguration>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Driver { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public RawExtension? Parameters { get; init; }
}
