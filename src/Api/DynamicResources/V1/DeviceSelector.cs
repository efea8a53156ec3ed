namespace Navarch.Api.DynamicResources.V1;

public sealed partial record DeviceSelector : IApiType<DeviceSelector>
{
    [Proto(1), JsonName("cel")]
    public CELDeviceSelector? CEL { get; init; }
}

public sealed partial record CELDeviceSelector : IApiType<CELDeviceSelector>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Expression { get; init; } = "";
}
