namespace Navarch.Api.Core.V1;

/// <summary>A check of a container that is repeated: one action, and how its results count.</summary>
public sealed partial record Probe : IApiType<Probe>
{
    /// <summary>Runs a command in the container; exit status 0 is success.</summary>
    [Proto(1, In = [1])]
    public ExecAction? Exec { get; init; }

    /// <summary>Sends an HTTP GET; an answer from 200 to 399 is success.</summary>
    [Proto(2, In = [1]), JsonName("httpGet")]
    public HTTPGetAction? HTTPGet { get; init; }

    /// <summary>Opens a connection; that it can be opened is success.</summary>
    [Proto(3, In = [1]), JsonName("tcpSocket")]
    public TCPSocketAction? TCPSocket { get; init; }

    /// <summary>Calls the gRPC health service; SERVING is success.</summary>
    [Proto(4, In = [1]), JsonName("grpc")]
    public GRPCAction? GRPC { get; init; }

    /// <summary>Seconds from the start of the container to the first check.</summary>
    [Proto(2)]
    public int InitialDelaySeconds { get; init; }

    /// <summary>Seconds after which a check has failed. Default 1.</summary>
    [Proto(3)]
    public int TimeoutSeconds { get; init; }

    /// <summary>Seconds between checks. Default 10.</summary>
    [Proto(4)]
    public int PeriodSeconds { get; init; }

    /// <summary>Successes in a row after a failure that count as healthy. Default 1; must be 1 for liveness and startup.</summary>
    [Proto(5)]
    public int SuccessThreshold { get; init; }

    /// <summary>Failures in a row that count as unhealthy. Default 3.</summary>
    [Proto(6)]
    public int FailureThreshold { get; init; }

    /// <summary>Seconds the container has to stop after this probe failed, instead of the pod's.</summary>
    [Proto(7)]
    public long? TerminationGracePeriodSeconds { get; init; }
}
