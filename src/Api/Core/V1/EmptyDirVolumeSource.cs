namespace Navarch.Api.Core.V1;

/// <summary>A directory that lives as long as the pod.</summary>
public sealed partial record EmptyDirVolumeSource : IApiType<EmptyDirVolumeSource>
{
    /// <summary>Empty for the node's disk, Memory for a tmpfs that counts as memory of the containers.</summary>
    [Proto(1)]
    public string Medium { get; init; } = "";

    /// <summary>The most it may hold; a pod that exceeds it is evicted. Default: no limit.</summary>
    [Proto(2)]
    public Quantity? SizeLimit { get; init; }
}
