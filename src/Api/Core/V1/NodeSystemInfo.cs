namespace Navarch.Api.Core.V1;

public sealed partial record NodeSystemInfo : IApiType<NodeSystemInfo>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string MachineID { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string SystemUUID { get; init; } = "";

    [Proto(3), Required, WrittenWhenEmpty]
    public string BootID { get; init; } = "";

    [Proto(4), Required, WrittenWhenEmpty]
    public string KernelVersion { get; init; } = "";

    [Proto(5), JsonName("osImage"), Required, WrittenWhenEmpty]
    public string OSImage { get; init; } = "";

    [Proto(6), Required, WrittenWhenEmpty]
    public string ContainerRuntimeVersion { get; init; } = "";

    [Proto(7), Required, WrittenWhenEmpty]
    public string KubeletVersion { get; init; } = "";

    [Proto(8), Required, WrittenWhenEmpty]
    public string KubeProxyVersion { get; init; } = "";

    [Proto(9), Required, WrittenWhenEmpty]
    public string OperatingSystem { get; init; } = "";

    [Proto(10), Required, WrittenWhenEmpty]
    public string Architecture { get; init; } = "";

    [Proto(11)]
    public NodeSwapStatus? Swap { get; init; }
}

public sealed partial record NodeSwapStatus : IApiType<NodeSwapStatus>
{
    [Proto(1)]
    public long? Capacity { get; init; }
}
