namespace Navarch.Api.Meta.V1;

public sealed partial record Condition : IApiType<Condition>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Status { get; init; } = "";

    [Proto(3)]
    public long ObservedGeneration { get; init; }

    [Proto(4), Required, WrittenWhenEmpty]
    public DateTimeOffset? LastTransitionTime { get; init; }

    [Proto(5), Required, WrittenWhenEmpty]
    public string Reason { get; init; } = "";

    [Proto(6), Required, WrittenWhenEmpty]
    public string Message { get; init; } = "";
}
