namespace Navarch.Api.Meta.V1;

public sealed partial record GroupResource : IApiType<GroupResource>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Group { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Resource { get; init; } = "";
}
