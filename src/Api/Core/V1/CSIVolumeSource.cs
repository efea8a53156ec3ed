namespace Navarch.Api.Core.V1;

/// <summary>A volume that a CSI driver makes for one pod.</summary>
public sealed partial record CSIVolumeSource : IApiType<CSIVolumeSource>
{
    /// <summary>Name of the driver.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Driver { get; init; } = "";

    /// <summary>Mount read-only. Default false.</summary>
    [Proto(2)]
    public bool? ReadOnly { get; init; }

    /// <summary>File system to mount. Default: the driver's.</summary>
    [Proto(3), JsonName("fsType")]
    public string? FSType { get; init; }

    /// <summary>Settings for the driver.</summary>
    [Proto(4)]
    public Map<string> VolumeAttributes { get; init; } = [];

    /// <summary>Secret that is handed to the driver.</summary>
    [Proto(5)]
    public LocalObjectReference? NodePublishSecretRef { get; init; }
}
