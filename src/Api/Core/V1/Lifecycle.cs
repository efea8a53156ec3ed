namespace Navarch.Api.Core.V1;

public sealed partial record Lifecycle : IApiType<Lifecycle>
{
    [Proto(1)]
    public LifecycleHandler? PostStart { get; init; }

    [Proto(2)]
    public LifecycleHandler? PreStop { get; init; }

    [Proto(3), OneOf(typeof(Signal))]
    public string? StopSignal { get; init; }
}

public sealed partial record LifecycleHandler : IApiType<LifecycleHandler>
{
    [Proto(1)]
    public ExecAction? Exec { get; init; }

    [Proto(2), JsonName("httpGet")]
    public HTTPGetAction? HTTPGet { get; init; }

    [Proto(3), JsonName("tcpSocket")]
    public TCPSocketAction? TCPSocket { get; init; }

    [Proto(4)]
    public SleepAction? Sleep { get; init; }
}

public sealed partial record SleepAction : IApiType<SleepAction>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public long Seconds { get; init; }
}
