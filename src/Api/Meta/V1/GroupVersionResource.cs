namespace Navarch.Api.Meta.V1;

public sealed partial record GroupVersionResource : IApiType<GroupVersionResource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Group { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Version { get; init; } = "";

    [Proto(3), Required, WrittenWhenEmpty]
    public string Resource { get; init; } = "";
}
