namespace Navarch.Api.Core.V1;

public sealed partial record EphemeralContainer : IApiType<EphemeralContainer>
{
    [Proto(1, In = [1]), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2, In = [1])]
    public string Image { get; init; } = "";

    [Proto(3, In = [1]), ListAtomic]
    public IReadOnlyList<string> Command { get; init; } = [];

    [Proto(4, In = [1]), ListAtomic]
    public IReadOnlyList<string> Args { get; init; } = [];

    [Proto(5, In = [1])]
    public string WorkingDir { get; init; } = "";

    [Proto(6, In = [1]), Merge("containerPort"), ListMap("containerPort", "protocol")]
    public IReadOnlyList<ContainerPort> Ports { get; init; } = [];

    [Proto(19, In = [1]), ListAtomic]
    public IReadOnlyList<EnvFromSource> EnvFrom { get; init; } = [];

    [Proto(7, In = [1]), Merge("name"), ListMap("name")]
    public IReadOnlyList<EnvVar> Env { get; init; } = [];

    [Proto(8, In = [1])]
    public ResourceRequirements Resources { get; init; } = ResourceRequirements.Empty;

    [Proto(23, In = [1]), ListAtomic]
    public IReadOnlyList<ContainerResizePolicy> ResizePolicy { get; init; } = [];

    [Proto(24, In = [1])]
    public string? RestartPolicy { get; init; }

    [Proto(25, In = [1]), ListAtomic]
    public IReadOnlyList<ContainerRestartRule> RestartPolicyRules { get; init; } = [];

    [Proto(9, In = [1]), Merge("mountPath"), ListMap("mountPath")]
    public IReadOnlyList<VolumeMount> VolumeMounts { get; init; } = [];

    [Proto(21, In = [1]), Merge("devicePath"), ListMap("devicePath")]
    public IReadOnlyList<VolumeDevice> VolumeDevices { get; init; } = [];

    [Proto(10, In = [1])]
    public Probe? LivenessProbe { get; init; }

    [Proto(11, In = [1])]
    public Probe? ReadinessProbe { get; init; }

    [Proto(22, In = [1])]
    public Probe? StartupProbe { get; init; }

    [Proto(12, In = [1])]
    public Lifecycle? Lifecycle { get; init; }

    [Proto(13, In = [1])]
    public string TerminationMessagePath { get; init; } = "";

    [Proto(20, In = [1]), OneOf(typeof(TerminationMessagePolicy))]
    public string TerminationMessagePolicy { get; init; } = "";

    [Proto(14, In = [1]), OneOf(typeof(PullPolicy))]
    public string ImagePullPolicy { get; init; } = "";

    [Proto(15, In = [1])]
    public SecurityContext? SecurityContext { get; init; }

    [Proto(16, In = [1])]
    public bool Stdin { get; init; }

    [Proto(17, In = [1])]
    public bool StdinOnce { get; init; }

    [Proto(18, In = [1]), JsonName("tty")]
    public bool TTY { get; init; }

    [Proto(2)]
    public string TargetContainerName { get; init; } = "";
}
