namespace Navarch.Api.Core.V1;

public sealed partial record ContainerPort : IApiType<ContainerPort>
{
    [Proto(1)]
    public string Name { get; init; } = "";

    [Proto(2)]
    public int HostPort { get; init; }

    [Proto(3), JsonName("containerPort"), Required, WrittenWhenEmpty]
    public int ContainerPortValue { get; init; }

    [Proto(4), OneOf(typeof(Protocol)), Default("TCP")]
    public string Protocol { get; init; } = "";

    [Proto(5)]
    public string HostIP { get; init; } = "";
}
