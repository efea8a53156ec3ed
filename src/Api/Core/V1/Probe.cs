namespace Navarch.Api.Core.V1;

public sealed partial record Probe : IApiType<Probe>
{
    [Proto(1, In = [1])]
    public ExecAction? Exec { get; init; }

    [Proto(2, In = [1]), JsonName("httpGet")]
    public HTTPGetAction? HTTPGet { get; init; }

    [Proto(3, In = [1]), JsonName("tcpSocket")]
    public TCPSocketAction? TCPSocket { get; init; }

    [Proto(4, In = [1]), JsonName("grpc")]
    public GRPCAction? GRPC { get; init; }

    [Proto(2)]
    public int InitialDelaySeconds { get; init; }

    [Proto(3)]
    public int TimeoutSeconds { get; init; }

    [Proto(4)]
    public int PeriodSeconds { get; init; }

    [Proto(5)]
    public int SuccessThreshold { get; init; }

    [Proto(6)]
    public int FailureThreshold { get; init; }

    [Proto(7)]
    public long? TerminationGracePeriodSeconds { get; init; }
}
