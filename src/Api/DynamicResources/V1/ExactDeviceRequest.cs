namespace Navarch.Api.DynamicResources.V1;

public sealed partial record ExactDeviceRequest : IApiType<ExactDeviceRequest>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string DeviceClassName { get; init; } = "";

    [Proto(2), ListAtomic]
    public IReadOnlyList<DeviceSelector> Selectors { get; init; } = [];

    [Proto(3), OneOf(typeof(DeviceAllocationMode))]
    public string AllocationMode { get; init; } = "";

    [Proto(4)]
    public long Count { get; init; }

    [Proto(5)]
    public bool? AdminAccess { get; init; }

    [Proto(6), ListAtomic]
    public IReadOnlyList<DeviceToleration> Tolerations { get; init; } = [];

    [Proto(7)]
    public CapacityRequirements? Capacity { get; init; }
}
