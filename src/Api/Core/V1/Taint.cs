namespace Navarch.Api.Core.V1;

public sealed partial record Taint : IApiType<Taint>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Key { get; init; } = "";

    [Proto(2)]
    public string Value { get; init; } = "";

    [Proto(3), Required, WrittenWhenEmpty, OneOf(typeof(TaintEffect))]
    public string Effect { get; init; } = "";

    [Proto(4)]
    public DateTimeOffset? TimeAdded { get; init; }
}
