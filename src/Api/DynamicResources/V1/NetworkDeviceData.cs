namespace Navarch.Api.DynamicResources.V1;

public sealed partial record NetworkDeviceData : IApiType<NetworkDeviceData>
{
    [Proto(1)]
    public string InterfaceName { get; init; } = "";

    [Proto(2), JsonName("ips"), ListAtomic]
    public IReadOnlyList<string> IPs { get; init; } = [];

    [Proto(3)]
    public string HardwareAddress { get; init; } = "";
}
