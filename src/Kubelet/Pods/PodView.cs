using System.Collections.Immutable;
using Navarch.Api.Core.V1;
using Navarch.Kubelet.Probes;

namespace Navarch.Kubelet.Pods;

/// <summary>All that a plan and a status depend on, at one moment.</summary>
/// <param name="Pod">As the API has it, or had it last.</param>
/// <param name="IsGone">The API no longer has it.</param>
/// <param name="Probes">Results by container ID.</param>
internal sealed record PodView(
    Pod Pod, bool IsGone, RuntimePod Runtime, PodMemory Memory, ImmutableDictionary<string, ProbeResults> Probes, DateTimeOffset Now)
{
    public PodSpec Spec => Pod.Spec;

    public ProbeResults ProbesOf(RuntimeContainer container) => Probes.GetValueOrDefault(container.Id, ProbeResults.None);

    /// <summary>Running, and its startup probe, if it has one, has succeeded.</summary>
    public bool IsStarted(Container container, RuntimeContainer? run) =>
        run?.State == RuntimeState.Running && (container.StartupProbe is null || ProbesOf(run).Startup == true);

    /// <summary>Started, and its readiness probe, if it has one, has succeeded.</summary>
    public bool IsReady(Container container, RuntimeContainer? run) =>
        IsStarted(container, run) && (container.ReadinessProbe is null || ProbesOf(run!).Readiness == true);

    public Container? FindContainer(string name) =>
        Spec.Containers.Concat(Spec.InitContainers).Concat(EphemeralContainers).FirstOrDefault(container => container.Name == name);

    /// <summary>What somebody added to the running pod, to look into it: each runs once, and nothing depends on it.</summary>
    public IEnumerable<Container> EphemeralContainers =>
        Spec.EphemeralContainers.Select(container => Machinery.Pods.EphemeralContainers.AsContainer(container) with { RestartPolicy = ContainerRestartPolicy.Never });

    /// <summary>When the pod has had its time, if it has a limit.</summary>
    public DateTimeOffset? Deadline =>
        Spec.ActiveDeadlineSeconds is { } seconds && Pod.Status.StartTime is { } start ? start + Waits.Seconds(seconds) : null;

    public bool IsPastDeadline => Deadline is { } deadline && Now >= deadline;

    public bool IsTerminal => Pod.Status.Phase is PodPhase.PodSucceeded or PodPhase.PodFailed;

    /// <summary>Whether the pod is to end, or has ended, whatever its containers do.</summary>
    public bool MustEnd => IsGone || Pod.Metadata.DeletionTimestamp is not null || IsTerminal || IsPastDeadline || Memory.Rejection is not null;
}
