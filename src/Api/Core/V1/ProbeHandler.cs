namespace Navarch.Api.Core.V1;

public sealed partial record ProbeHandler : IApiType<ProbeHandler>
{
    [Proto(1)]
    public ExecAction? Exec { get; init; }

    [Proto(2), JsonName("httpGet")]
    public HTTPGetAction? HTTPGet { get; init; }

    [Proto(3), JsonName("tcpSocket")]
    public TCPSocketAction? TCPSocket { get; init; }

    [Proto(4), JsonName("grpc")]
    public GRPCAction? GRPC { get; init; }
}
