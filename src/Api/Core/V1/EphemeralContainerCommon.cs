namespace Navarch.Api.Core.V1;

public sealed partial record EphemeralContainerCommon : IApiType<EphemeralContainerCommon>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2)]
    public string Image { get; init; } = "";

    [Proto(3), ListAtomic]
    public IReadOnlyList<string> Command { get; init; } = [];

    [Proto(4), ListAtomic]
    public IReadOnlyList<string> Args { get; init; } = [];

    [Proto(5)]
    public string WorkingDir { get; init; } = "";

    [Proto(6), Merge("containerPort"), ListMap("containerPort", "protocol")]
    public IReadOnlyList<ContainerPort> Ports { get; init; } = [];

    [Proto(19), ListAtomic]
    public IReadOnlyList<EnvFromSource> EnvFrom { get; init; } = [];

    [Proto(7), Merge("name"), ListMap("name")]
    public IReadOnlyList<EnvVar> Env { get; init; } = [];

    [Proto(8)]
    public ResourceRequirements Resources { get; init; } = ResourceRequirements.Empty;

    [Proto(23), ListAtomic]
    public IReadOnlyList<ContainerResizePolicy> ResizePolicy { get; init; } = [];

    [Proto(24)]
    public string? RestartPolicy { get; init; }

    [Proto(25), ListAtomic]
    public IReadOnlyList<ContainerRestartRule> RestartPolicyRules { get; init; } = [];

    [Proto(9), Merge("mountPath"), ListMap("mountPath")]
    public IReadOnlyList<VolumeMount> VolumeMounts { get; init; } = [];

    [Proto(21), Merge("devicePath"), ListMap("devicePath")]
    public IReadOnlyList<VolumeDevice> VolumeDevices { get; init; } = [];

    [Proto(10)]
    public Probe? LivenessProbe { get; init; }

    [Proto(11)]
    public Probe? ReadinessProbe { get; init; }

    [Proto(22)]
    public Probe? StartupProbe { get; init; }

    [Proto(12)]
    public Lifecycle? Lifecycle { get; init; }

    [Proto(13)]
    public string TerminationMessagePath { get; init; } = "";

    [Proto(20), OneOf(typeof(TerminationMessagePolicy))]
    public string TerminationMessagePolicy { get; init; } = "";

    [Proto(14), OneOf(typeof(PullPolicy))]
    public string ImagePullPolicy { get; init; } = "";

    [Proto(15)]
    public SecurityContext? SecurityContext { get; init; }

    [Proto(16)]
    public bool Stdin { get; init; }

    [Proto(17)]
    public bool StdinOnce { get; init; }

    [Proto(18), JsonName("tty")]
    public bool TTY { get; init; }
}
