namespace Navarch.Api.Core.V1;

public sealed partial record VolumeDevice : IApiType<VolumeDevice>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string DevicePath { get; init; } = "";
}
