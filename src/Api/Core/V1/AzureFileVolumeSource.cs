namespace Navarch.Api.Core.V1;

public sealed partial record AzureFileVolumeSource : IApiType<AzureFileVolumeSource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string SecretName { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string ShareName { get; init; } = "";

    [Proto(3)]
    public bool ReadOnly { get; init; }
}
