namespace Navarch.Api.Core.V1;

/// <summary>What is known about one container.</summary>
public sealed partial record ContainerStatus : IApiType<ContainerStatus>
{
    /// <summary>Name of the container in the spec.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    /// <summary>Waiting, running or terminated, with details.</summary>
    [Proto(2)]
    public ContainerState State { get; init; } = ContainerState.Empty;

    /// <summary>How it ended the last time, when it was started again since.</summary>
    [Proto(3), JsonName("lastState")]
    public ContainerState LastTerminationState { get; init; } = ContainerState.Empty;

    /// <summary>Whether the container is ready for requests.</summary>
    [Proto(4), Required, WrittenWhenEmpty]
    public bool Ready { get; init; }

    /// <summary>How often it was started again. Counts what is still known of on the node.</summary>
    [Proto(5), Required, WrittenWhenEmpty]
    public int RestartCount { get; init; }

    /// <summary>Image that is run, which may differ in form from the spec's.</summary>
    [Proto(6), Required, WrittenWhenEmpty]
    public string Image { get; init; } = "";

    /// <summary>The image's digest.</summary>
    [Proto(7), Required, WrittenWhenEmpty]
    public string ImageID { get; init; } = "";

    /// <summary>Identity at the runtime, in the form runtime://id.</summary>
    [Proto(8)]
    public string ContainerID { get; init; } = "";

    /// <summary>Whether the startup probe has succeeded and the start action is over.</summary>
    [Proto(9)]
    public bool? Started { get; init; }

    /// <summary>Requests the node has set aside for the container.</summary>
    [Proto(10)]
    public Map<Quantity> AllocatedResources { get; init; } = [];

    /// <summary>Requests and limits that are in force.</summary>
    [Proto(11)]
    public ResourceRequirements? Resources { get; init; }

    /// <summary>How the volumes are mounted.</summary>
    [Proto(12), Merge("mountPath"), ListMap("mountPath")]
    public IReadOnlyList<VolumeMountStatus> VolumeMounts { get; init; } = [];

    /// <summary>User and groups the first process was started as.</summary>
    [Proto(13)]
    public ContainerUser? User { get; init; }

    [Proto(14), Merge("name"), ListMap("name")]
    public IReadOnlyList<ResourceStatus> AllocatedResourcesStatus { get; init; } = [];

    /// <summary>Signal that asks the container to stop.</summary>
    [Proto(15), OneOf(typeof(Signal))]
    public string? StopSignal { get; init; }
}

/// <summary>One of three: waiting, running, terminated.</summary>
public sealed partial record ContainerState : IApiType<ContainerState>
{
    /// <summary>Set while the container is not started yet, or waits to be started again.</summary>
    [Proto(1)]
    public ContainerStateWaiting? Waiting { get; init; }

    /// <summary>Set while it runs.</summary>
    [Proto(2)]
    public ContainerStateRunning? Running { get; init; }

    /// <summary>Set when it has ended.</summary>
    [Proto(3)]
    public ContainerStateTerminated? Terminated { get; init; }
}

/// <summary>A container that runs.</summary>
public sealed partial record ContainerStateRunning : IApiType<ContainerStateRunning>
{
    /// <summary>When it was started last.</summary>
    [Proto(1), WrittenWhenEmpty]
    public DateTimeOffset? StartedAt { get; init; }
}

/// <summary>A container that has ended.</summary>
public sealed partial record ContainerStateTerminated : IApiType<ContainerStateTerminated>
{
    /// <summary>Exit status of the program; 128 and the signal's number when a signal ended it.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public int ExitCode { get; init; }

    /// <summary>Signal that ended it.</summary>
    [Proto(2)]
    public int Signal { get; init; }

    /// <summary>One word, such as Completed, Error or OOMKilled.</summary>
    [Proto(3)]
    public string Reason { get; init; } = "";

    /// <summary>What the container wrote to its termination message file.</summary>
    [Proto(4)]
    public string Message { get; init; } = "";

    /// <summary>When it was started.</summary>
    [Proto(5), WrittenWhenEmpty]
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    [Proto(6), WrittenWhenEmpty]
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Identity at the runtime, in the form runtime://id.</summary>
    [Proto(7)]
    public string ContainerID { get; init; } = "";
}

/// <summary>A container that does not run yet.</summary>
public sealed partial record ContainerStateWaiting : IApiType<ContainerStateWaiting>
{
    /// <summary>One word, such as ContainerCreating, ImagePullBackOff or CrashLoopBackOff.</summary>
    [Proto(1)]
    public string Reason { get; init; } = "";

    /// <summary>A sentence about why it waits.</summary>
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
