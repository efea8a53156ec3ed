namespace Navarch.Api.Core.V1;

[ApiObject("", "v1")]
public sealed partial record PodExecOptions : IApiType<PodExecOptions>
{
    [Proto(1)]
    public bool Stdin { get; init; }

    [Proto(2)]
    public bool Stdout { get; init; }

    [Proto(3)]
    public bool Stderr { get; init; }

    [Proto(4), JsonName("tty")]
    public bool TTY { get; init; }

    [Proto(5)]
    public string Container { get; init; } = "";

    [Proto(6), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<string> Command { get; init; } = [];
}
