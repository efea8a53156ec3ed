namespace Navarch.Api.Rbac.V1;

[AtomicMap]
public sealed partial record Subject : IApiType<Subject>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Kind { get; init; } = "";

    [Proto(2), JsonName("apiGroup")]
    public string APIGroup { get; init; } = "";

    [Proto(3), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(4)]
    public string Namespace { get; init; } = "";
}
