namespace Navarch.Api.Core.V1;

/// <summary>A block device and where a container sees it.</summary>
public sealed partial record VolumeDevice : IApiType<VolumeDevice>
{
    /// <summary>Name of a persistentVolumeClaim volume of the pod.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    /// <summary>Path of the device in the container.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string DevicePath { get; init; } = "";
}
