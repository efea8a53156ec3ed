namespace Navarch.Api.Core.V1;

public sealed partial record CSIPersistentVolumeSource : IApiType<CSIPersistentVolumeSource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Driver { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string VolumeHandle { get; init; } = "";

    [Proto(3)]
    public bool ReadOnly { get; init; }

    [Proto(4), JsonName("fsType")]
    public string FSType { get; init; } = "";

    [Proto(5)]
    public Map<string> VolumeAttributes { get; init; } = [];

    [Proto(6)]
    public SecretReference? ControllerPublishSecretRef { get; init; }

    [Proto(7)]
    public SecretReference? NodeStageSecretRef { get; init; }

    [Proto(8)]
    public SecretReference? NodePublishSecretRef { get; init; }

    [Proto(9)]
    public SecretReference? ControllerExpandSecretRef { get; init; }

    [Proto(10)]
    public SecretReference? NodeExpandSecretRef { get; init; }
}
