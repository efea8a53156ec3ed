namespace Navarch.Api.Core.V1;

[ApiObject("", "v1")]
public sealed partial record PodLogOptions : IApiType<PodLogOptions>
{
    [Proto(1)]
    public string Container { get; init; } = "";

    [Proto(2)]
    public bool Follow { get; init; }

    [Proto(3)]
    public bool Previous { get; init; }

    [Proto(4)]
    public long? SinceSeconds { get; init; }

    [Proto(5)]
    public DateTimeOffset? SinceTime { get; init; }

    [Proto(6)]
    public bool Timestamps { get; init; }

    [Proto(7)]
    public long? TailLines { get; init; }

    [Proto(8)]
    public long? LimitBytes { get; init; }

    [Proto(9)]
    public bool InsecureSkipTLSVerifyBackend { get; init; }

    [Proto(10)]
    public string? Stream { get; init; }
}
