namespace Navarch.Api.Core.V1;

/// <summary>Versions and identities of a node.</summary>
public sealed partial record NodeSystemInfo : IApiType<NodeSystemInfo>
{
    /// <summary>Identity of the installation, from /etc/machine-id.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string MachineID { get; init; } = "";

    /// <summary>Identity of the hardware.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string SystemUUID { get; init; } = "";

    /// <summary>Identity of the time since the machine was started.</summary>
    [Proto(3), Required, WrittenWhenEmpty]
    public string BootID { get; init; } = "";

    /// <summary>Version of the kernel.</summary>
    [Proto(4), Required, WrittenWhenEmpty]
    public string KernelVersion { get; init; } = "";

    /// <summary>Name and version of the distribution.</summary>
    [Proto(5), JsonName("osImage"), Required, WrittenWhenEmpty]
    public string OSImage { get; init; } = "";

    /// <summary>Runtime and its version, in the form containerd://1.6.20.</summary>
    [Proto(6), Required, WrittenWhenEmpty]
    public string ContainerRuntimeVersion { get; init; } = "";

    /// <summary>Version of the kubelet.</summary>
    [Proto(7), Required, WrittenWhenEmpty]
    public string KubeletVersion { get; init; } = "";

    /// <summary>Not used any more.</summary>
    [Proto(8), Required, WrittenWhenEmpty]
    public string KubeProxyVersion { get; init; } = "";

    /// <summary>linux or windows.</summary>
    [Proto(9), Required, WrittenWhenEmpty]
    public string OperatingSystem { get; init; } = "";

    /// <summary>Processor architecture, such as amd64 or arm64.</summary>
    [Proto(10), Required, WrittenWhenEmpty]
    public string Architecture { get; init; } = "";

    /// <summary>Swap of the machine.</summary>
    [Proto(11)]
    public NodeSwapStatus? Swap { get; init; }
}

public sealed partial record NodeSwapStatus : IApiType<NodeSwapStatus>
{
    [Proto(1)]
    public long? Capacity { get; init; }
}
