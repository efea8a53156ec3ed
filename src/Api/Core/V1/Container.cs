namespace Navarch.Api.Core.V1;

/// <summary>One container of a pod.</summary>
public sealed partial record Container : IApiType<Container>
{
    /// <summary>Name, unique within the pod.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    /// <summary>Image to run.</summary>
    [Proto(2)]
    public string Image { get; init; } = "";

    /// <summary>Program and first arguments, instead of the image's entry point.</summary>
    [Proto(3), ListAtomic]
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Arguments, instead of the image's default ones.</summary>
    [Proto(4), ListAtomic]
    public IReadOnlyList<string> Args { get; init; } = [];

    /// <summary>Directory the program starts in. Default: the image's.</summary>
    [Proto(5)]
    public string WorkingDir { get; init; } = "";

    /// <summary>Ports the container listens on; informative unless hostPort is set.</summary>
    [Proto(6), Merge("containerPort"), ListMap("containerPort", "protocol")]
    public IReadOnlyList<ContainerPort> Ports { get; init; } = [];

    /// <summary>Sources of which every key becomes an environment variable.</summary>
    [Proto(19), ListAtomic]
    public IReadOnlyList<EnvFromSource> EnvFrom { get; init; } = [];

    /// <summary>Environment variables.</summary>
    [Proto(7), Merge("name"), ListMap("name")]
    public IReadOnlyList<EnvVar> Env { get; init; } = [];

    /// <summary>What the container needs and may use at most.</summary>
    [Proto(8)]
    public ResourceRequirements Resources { get; init; } = ResourceRequirements.Empty;

    /// <summary>For which resources a change restarts the container.</summary>
    [Proto(23), ListAtomic]
    public IReadOnlyList<ContainerResizePolicy> ResizePolicy { get; init; } = [];

    /// <summary>Of an init container, Always makes it a sidecar: it starts in order and runs as long as the pod.</summary>
    [Proto(24)]
    public string? RestartPolicy { get; init; }

    /// <summary>Exit codes that decide about a restart before restartPolicy does.</summary>
    [Proto(25), ListAtomic]
    public IReadOnlyList<ContainerRestartRule> RestartPolicyRules { get; init; } = [];

    /// <summary>Volumes and where the container sees them.</summary>
    [Proto(9), Merge("mountPath"), ListMap("mountPath")]
    public IReadOnlyList<VolumeMount> VolumeMounts { get; init; } = [];

    /// <summary>Block devices and where the container sees them.</summary>
    [Proto(21), Merge("devicePath"), ListMap("devicePath")]
    public IReadOnlyList<VolumeDevice> VolumeDevices { get; init; } = [];

    /// <summary>Check whose failure restarts the container.</summary>
    [Proto(10)]
    public Probe? LivenessProbe { get; init; }

    /// <summary>Check whose failure takes the pod out of its services.</summary>
    [Proto(11)]
    public Probe? ReadinessProbe { get; init; }

    /// <summary>Check that must succeed before the other probes begin.</summary>
    [Proto(22)]
    public Probe? StartupProbe { get; init; }

    /// <summary>Actions after the start and before the stop.</summary>
    [Proto(12)]
    public Lifecycle? Lifecycle { get; init; }

    /// <summary>File whose content becomes the message of the ended container. Default /dev/termination-log.</summary>
    [Proto(13)]
    public string TerminationMessagePath { get; init; } = "";

    /// <summary>File (default), or FallbackToLogsOnError: the end of the log when the file is empty and the container failed.</summary>
    [Proto(20), OneOf(typeof(TerminationMessagePolicy))]
    public string TerminationMessagePolicy { get; init; } = "";

    /// <summary>Always, IfNotPresent or Never. Default Always for the tag latest, else IfNotPresent.</summary>
    [Proto(14), OneOf(typeof(PullPolicy))]
    public string ImagePullPolicy { get; init; } = "";

    /// <summary>User, capabilities and other rights of the processes; goes before what the pod states.</summary>
    [Proto(15)]
    public SecurityContext? SecurityContext { get; init; }

    /// <summary>Keep a standard input open, which attach can write to.</summary>
    [Proto(16)]
    public bool Stdin { get; init; }

    /// <summary>Close the standard input after the first client that attached leaves.</summary>
    [Proto(17)]
    public bool StdinOnce { get; init; }

    /// <summary>Give the container a terminal; needs stdin.</summary>
    [Proto(18), JsonName("tty")]
    public bool TTY { get; init; }
}
