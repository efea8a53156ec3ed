namespace Navarch.Api.Core.V1;

public sealed partial record AzureFilePersistentVolumeSource : IApiType<AzureFilePersistentVolumeSource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string SecretName { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string ShareName { get; init; } = "";

    [Proto(3)]
    public bool ReadOnly { get; init; }

    [Proto(4), WrittenWhenEmpty]
    public string? SecretNamespace { get; init; }
}
