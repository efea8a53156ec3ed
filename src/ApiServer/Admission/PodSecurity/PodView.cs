using Navarch.Api;
using Navarch.Api.Core.V1;

namespace Navarch.ApiServer.Admission.PodSecurity;

/// <summary>A pod, or what pods are made from, as the checks look at it.</summary>
internal sealed class PodView
{
    private static readonly SecurityContext Nothing = new();

    public PodView(Map<string> annotations, PodSpec spec)
    {
        Annotations = annotations;
        Spec = spec;
        Context = spec.SecurityContext ?? new PodSecurityContext();
        Containers =
        [
            .. spec.InitContainers.Concat(spec.Containers).Select(static c => new ContainerView(
                c.Name, c.SecurityContext ?? Nothing, c.Ports, [c.LivenessProbe, c.ReadinessProbe, c.StartupProbe], c.Lifecycle)),
            .. spec.EphemeralContainers.Select(static c => new ContainerView(
                c.Name, c.SecurityContext ?? Nothing, c.Ports, [c.LivenessProbe, c.ReadinessProbe, c.StartupProbe], c.Lifecycle)),
        ];
    }

    public Map<string> Annotations { get; }

    public PodSpec Spec { get; }

    public PodSecurityContext Context { get; }

    /// <summary>Of all sorts, in the order in which they start.</summary>
    public IReadOnlyList<ContainerView> Containers { get; }

    public bool IsWindows => Spec.OS?.Name == "windows";

    /// <summary>Root in such a pod is nobody outside of it.</summary>
    public bool HasOwnUsers => Spec.HostUsers == false;

    /// <summary>Names of the containers that something holds for.</summary>
    public IReadOnlyList<string> Where(Func<ContainerView, bool> condition) => [.. Containers.Where(condition).Select(static container => container.Name)];
}

/// <summary>What a container of any sort says that matters for security.</summary>
internal sealed record ContainerView(string Name, SecurityContext Context, IReadOnlyList<ContainerPort> Ports, IReadOnlyList<Probe?> Probes, Lifecycle? Lifecycle);
