namespace Navarch.Api.Core.V1;

/// <summary>A call of the gRPC health service.</summary>
public sealed partial record GRPCAction : IApiType<GRPCAction>
{
    /// <summary>Number of the port.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public int Port { get; init; }

    /// <summary>Service to ask about. Empty asks about the server as a whole.</summary>
    [Proto(2), WrittenWhenEmpty, Default("")]
    public string? Service { get; init; }
}
