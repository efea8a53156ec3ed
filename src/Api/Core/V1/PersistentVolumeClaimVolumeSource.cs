namespace Navarch.Api.Core.V1;

/// <summary>A PersistentVolumeClaim of the pod's namespace.</summary>
public sealed partial record PersistentVolumeClaimVolumeSource : IApiType<PersistentVolumeClaimVolumeSource>
{
    /// <summary>Name of the claim.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string ClaimName { get; init; } = "";

    /// <summary>Mount read-only in all containers. Default false.</summary>
    [Proto(2)]
    public bool ReadOnly { get; init; }
}
