namespace Navarch.Api.Core.V1;

public sealed partial record ContainerStatus : IApiType<ContainerStatus>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2)]
    public ContainerState State { get; init; } = ContainerState.Empty;

    [Proto(3), JsonName("lastState")]
    public ContainerState LastTerminationState { get; init; } = ContainerState.Empty;

    [Proto(4), Required, WrittenWhenEmpty]
    public bool Ready { get; init; }

    [Proto(5), Required, WrittenWhenEmpty]
    public int RestartCount { get; init; }

    [Proto(6), Required, WrittenWhenEmpty]
    public string Image { get; init; } = "";

    [Proto(7), Required, WrittenWhenEmpty]
    public string ImageID { get; init; } = "";

    [Proto(8)]
    public string ContainerID { get; init; } = "";

    [Proto(9)]
    public bool? Started { get; init; }

    [Proto(10)]
    public Map<Quantity> AllocatedResources { get; init; } = [];

    [Proto(11)]
    public ResourceRequirements? Resources { get; init; }

    [Proto(12), Merge("mountPath"), ListMap("mountPath")]
    public IReadOnlyList<VolumeMountStatus> VolumeMounts { get; init; } = [];

    [Proto(13)]
    public ContainerUser? User { get; init; }

    [Proto(14), Merge("name"), ListMap("name")]
    public IReadOnlyList<ResourceStatus> AllocatedResourcesStatus { get; init; } = [];

    [Proto(15), OneOf(typeof(Signal))]
    public string? StopSignal { get; init; }
}

public sealed partial record ContainerState : IApiType<ContainerState>
{
    [Proto(1)]
    public ContainerStateWaiting? Waiting { get; init; }

    [Proto(2)]
    public ContainerStateRunning? Running { get; init; }

    [Proto(3)]
    public ContainerStateTerminated? Terminated { get; init; }
}

public sealed partial record ContainerStateRunning : IApiType<ContainerStateRunning>
{
    [Proto(1), WrittenWhenEmpty]
    public DateTimeOffset? StartedAt { get; init; }
}

public sealed partial record ContainerStateTerminated : IApiType<ContainerStateTerminated>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public int ExitCode { get; init; }

    [Proto(2)]
    public int Signal { get; init; }

    [Proto(3)]
    public string Reason { get; init; } = "";

    [Proto(4)]
    public string Message { get; init; } = "";

    [Proto(5), WrittenWhenEmpty]
    public DateTimeOffset? StartedAt { get; init; }

    [Proto(6), WrittenWhenEmpty]
    public DateTimeOffset? FinishedAt { get; init; }

    [Proto(7)]
    public string ContainerID { get; init; } = "";
}

public sealed partial record ContainerStateWaiting : IApiType<ContainerStateWaiting>
{
    [Proto(1)]
    public string Reason { get; init; } = "";

    [Proto(2)]
    public string Message { get; init; } = "";
}

public sealed partial record ContainerUser : IApiType<ContainerUser>
{
    [Proto(1)]
    public LinuxContainerUser? Linux { get; init; }
}

public sealed partial record LinuxContainerUser : IApiType<LinuxContainerUser>
{
    [Proto(1), JsonName("uid"), Required, WrittenWhenEmpty]
    public long UID { get; init; }

    [Proto(2), JsonName("gid"), Required, WrittenWhenEmpty]
    public long GID { get; init; }

    [Proto(3), ListAtomic]
    public IReadOnlyList<long> SupplementalGroups { get; init; } = [];
}

public sealed partial record ResourceStatus : IApiType<ResourceStatus>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2), ListMap("resourceID")]
    public IReadOnlyList<ResourceHealth> Resources { get; init; } = [];
}

public sealed partial record ResourceHealth : IApiType<ResourceHealth>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string ResourceID { get; init; } = "";

    [Proto(2)]
    public string Health { get; init; } = "";

    [Proto(6)]
    public string? Message { get; init; }
}

public sealed partial record VolumeMountStatus : IApiType<VolumeMountStatus>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string MountPath { get; init; } = "";

    [Proto(3)]
    public bool ReadOnly { get; init; }

    [Proto(4)]
    public string? RecursiveReadOnly { get; init; }

    [Proto(5)]
    public VolumeStatus? VolumeStatus { get; init; }
}

public sealed partial record VolumeStatus : IApiType<VolumeStatus>
{
    [Proto(1)]
    public ImageVolumeStatus? Image { get; init; }
}

public sealed partial record ImageVolumeStatus : IApiType<ImageVolumeStatus>
{
    [Proto(1), Required]
    public string ImageRef { get; init; } = "";
}
