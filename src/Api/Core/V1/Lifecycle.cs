namespace Navarch.Api.Core.V1;

/// <summary>Actions around the life of a container.</summary>
public sealed partial record Lifecycle : IApiType<Lifecycle>
{
    /// <summary>Right after the start. The container counts as started when it is over; when it fails, the container is stopped.</summary>
    [Proto(1)]
    public LifecycleHandler? PostStart { get; init; }

    /// <summary>Before the container is asked to stop, within the grace period.</summary>
    [Proto(2)]
    public LifecycleHandler? PreStop { get; init; }

    /// <summary>Signal that asks the container to stop, instead of the image's.</summary>
    [Proto(3), OneOf(typeof(Signal))]
    public string? StopSignal { get; init; }
}

/// <summary>One action; exactly one is set.</summary>
public sealed partial record LifecycleHandler : IApiType<LifecycleHandler>
{
    /// <summary>Runs a command in the container.</summary>
    [Proto(1)]
    public ExecAction? Exec { get; init; }

    /// <summary>Sends an HTTP GET.</summary>
    [Proto(2), JsonName("httpGet")]
    public HTTPGetAction? HTTPGet { get; init; }

    /// <summary>Not supported; kept for old objects.</summary>
    [Proto(3), JsonName("tcpSocket")]
    public TCPSocketAction? TCPSocket { get; init; }

    /// <summary>Waits.</summary>
    [Proto(4)]
    public SleepAction? Sleep { get; init; }
}

/// <summary>A pause.</summary>
public sealed partial record SleepAction : IApiType<SleepAction>
{
    /// <summary>How long.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public long Seconds { get; init; }
}
