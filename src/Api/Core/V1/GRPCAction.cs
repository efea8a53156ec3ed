namespace Navarch.Api.Core.V1;

public sealed partial record GRPCAction : IApiType<GRPCAction>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public int Port { get; init; }

    [Proto(2), WrittenWhenEmpty, Default("")]
    public string? Service { get; init; }
}
