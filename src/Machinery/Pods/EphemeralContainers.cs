using Navarch.Api.Core.V1;

namespace Navarch.Machinery.Pods;

/// <summary>An ephemeral container is a container in all but type, and is held to the same rules.</summary>
public static class EphemeralContainers
{
    public static Container AsContainer(EphemeralContainer container) => new()
    {
        Name = container.Name,
        Image = container.Image,
        Command = container.Command,
        Args = container.Args,
        WorkingDir = container.WorkingDir,
        Ports = container.Ports,
        EnvFrom = container.EnvFrom,
        Env = container.Env,
        Resources = container.Resources,
        ResizePolicy = container.ResizePolicy,
        RestartPolicy = container.RestartPolicy,
        RestartPolicyRules = container.RestartPolicyRules,
        VolumeMounts = container.VolumeMounts,
        VolumeDevices = container.VolumeDevices,
        LivenessProbe = container.LivenessProbe,
        ReadinessProbe = container.ReadinessProbe,
        StartupProbe = container.StartupProbe,
        Lifecycle = container.Lifecycle,
        TerminationMessagePath = container.TerminationMessagePath,
        TerminationMessagePolicy = container.TerminationMessagePolicy,
        ImagePullPolicy = container.ImagePullPolicy,
        SecurityContext = container.SecurityContext,
        Stdin = container.Stdin,
        StdinOnce = container.StdinOnce,
        TTY = container.TTY,
    };

    public static EphemeralContainer From(Container container, string targetContainerName) => new()
    {
        Name = container.Name,
        Image = container.Image,
        Command = container.Command,
        Args = container.Args,
        WorkingDir = container.WorkingDir,
        Ports = container.Ports,
        EnvFrom = container.EnvFrom,
        Env = container.Env,
        Resources = container.Resources,
        ResizePolicy = container.ResizePolicy,
        RestartPolicy = container.RestartPolicy,
        RestartPolicyRules = container.RestartPolicyRules,
        VolumeMounts = container.VolumeMounts,
        VolumeDevices = container.VolumeDevices,
        LivenessProbe = container.LivenessProbe,
        ReadinessProbe = container.ReadinessProbe,
        StartupProbe = container.StartupProbe,
        Lifecycle = container.Lifecycle,
        TerminationMessagePath = container.TerminationMessagePath,
        TerminationMessagePolicy = container.TerminationMessagePolicy,
        ImagePullPolicy = container.ImagePullPolicy,
        SecurityContext = container.SecurityContext,
        Stdin = container.Stdin,
        StdinOnce = container.StdinOnce,
        TTY = container.TTY,
        TargetContainerName = targetContainerName,
    };
}
