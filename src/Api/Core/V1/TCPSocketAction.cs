namespace Navarch.Api.Core.V1;

public sealed partial record TCPSocketAction : IApiType<TCPSocketAction>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public IntOrString Port { get; init; }

    [Proto(2)]
    public string Host { get; init; } = "";
}
