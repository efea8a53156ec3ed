namespace Navarch.Api.Core.V1;

public sealed partial record GlusterfsVolumeSource : IApiType<GlusterfsVolumeSource>
{
    [Proto(1), JsonName("endpoints"), Required, WrittenWhenEmpty]
    public string EndpointsName { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Path { get; init; } = "";

    [Proto(3)]
    public bool ReadOnly { get; init; }
}
