namespace Navarch.Api.Core.V1;

public sealed partial record GlusterfsPersistentVolumeSource : IApiType<GlusterfsPersistentVolumeSource>
{
    [Proto(1), JsonName("endpoints"), Required, WrittenWhenEmpty]
    public string EndpointsName { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Path { get; init; } = "";

    [Proto(3)]
    public bool ReadOnly { get; init; }

    [Proto(4)]
    public string? EndpointsNamespace { get; init; }
}
