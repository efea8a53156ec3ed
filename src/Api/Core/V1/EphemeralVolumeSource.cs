using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

public sealed partial record EphemeralVolumeSource : IApiType<EphemeralVolumeSource>
{
    /// <summary>The claim to make. It is named after the pod and the volume and belongs to the pod.</summary>
    [Proto(1)]
    public PersistentVolumeClaimTemplate? VolumeClaimTemplate { get; init; }
}

public sealed partial record PersistentVolumeClaimTemplate : IApiType<PersistentVolumeClaimTemplate>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2), Required]
    public PersistentVolumeClaimSpec Spec { get; init; } = PersistentVolumeClaimSpec.Empty;
}
