using Navarch.Api.Meta.V1;

namespace Navarch.Api.DynamicResources.V1;

[Resource("resource.k8s.io", "v1", "deviceclasses", Namespaced = false)]
public sealed partial record DeviceClass : IResource<DeviceClass>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2), Required]
    public DeviceClassSpec Spec { get; init; } = DeviceClassSpec.Empty;
}

public sealed partial record DeviceClassSpec : IApiType<DeviceClassSpec>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<DeviceSelector> Selectors { get; init; } = [];

    [Proto(2), ListAtomic]
    public IReadOnlyList<DeviceClassConfiguration> Config { get; init; } = [];

    [Proto(4)]
    public string? ExtendedResourceName { get; init; }
}

public sealed partial record DeviceClassConfiguration : IApiType<DeviceClassConfiguration>
{
    [Proto(1, In = [1])]
    public OpaqueDeviceConfiguration? Opaque { get; init; }
}
