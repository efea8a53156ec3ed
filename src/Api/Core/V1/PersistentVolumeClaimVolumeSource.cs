namespace Navarch.Api.Core.V1;

public sealed partial record PersistentVolumeClaimVolumeSource : IApiType<PersistentVolumeClaimVolumeSource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string ClaimName { get; init; } = "";

    [Proto(2)]
    public bool ReadOnly { get; init; }
}
