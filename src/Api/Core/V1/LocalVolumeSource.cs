namespace Navarch.Api.Core.V1;

public sealed partial record LocalVolumeSource : IApiType<LocalVolumeSource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Path { get; init; } = "";

    [Proto(2), JsonName("fsType")]
    public string? FSType { get; init; }
}
