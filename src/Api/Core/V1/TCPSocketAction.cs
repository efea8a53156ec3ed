namespace Navarch.Api.Core.V1;

/// <summary>A connection that is opened and closed.</summary>
public sealed partial record TCPSocketAction : IApiType<TCPSocketAction>
{
    /// <summary>Number or name of the container's port.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public IntOrString Port { get; init; }

    /// <summary>Host to connect to. Default: the pod's address.</summary>
    [Proto(2)]
    public string Host { get; init; } = "";
}
