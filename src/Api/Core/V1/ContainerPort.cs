namespace Navarch.Api.Core.V1;

/// <summary>A port that a container listens on.</summary>
public sealed partial record ContainerPort : IApiType<ContainerPort>
{
    /// <summary>Name that services and probes can use in place of the number; unique in the pod.</summary>
    [Proto(1)]
    public string Name { get; init; } = "";

    /// <summary>Port of the node through which the container is reached as well. Two pods with one port need two nodes.</summary>
    [Proto(2)]
    public int HostPort { get; init; }

    /// <summary>Number of the port on the pod's address, 1 to 65535.</summary>
    [Proto(3), JsonName("containerPort"), Required, WrittenWhenEmpty]
    public int ContainerPortValue { get; init; }

    /// <summary>TCP (default), UDP or SCTP.</summary>
    [Proto(4), OneOf(typeof(Protocol)), Default("TCP")]
    public string Protocol { get; init; } = "";

    /// <summary>Address of the node to bind the hostPort to. Default: all.</summary>
    [Proto(5)]
    public string HostIP { get; init; } = "";
}
