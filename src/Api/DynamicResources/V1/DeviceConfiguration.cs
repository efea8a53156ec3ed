namespace Navarch.Api.DynamicResources.V1;

public sealed partial record DeviceConfiguration : IApiType<DeviceConfiguration>
{
    [Proto(1)]
    public OpaqueDeviceConfiguration? Opaque { get; init; }
}
