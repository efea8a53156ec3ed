using System.Globalization;
using Navarch.Api.Core.V1;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>What <c>kubectl get pods</c> shows.</summary>
internal static class PodColumns
{
    public static IReadOnlyList<Column<Pod>> All { get; } =
    [
        Columns<Pod>.Name,
        Columns<Pod>.Text("Ready", Ready),
        Columns<Pod>.Text("Status", Status),
        new("Restarts", "string", static (pod, now) => Restarts(pod, now)),
        Columns<Pod>.Age,
        Columns<Pod>.Text("IP", static pod => pod.Status.PodIPs.Count > 0 ? Cells.OrNone(pod.Status.PodIPs[0].IP) : Cells.None, priority: 1),
        Columns<Pod>.Text("Node", static pod => Cells.OrNone(pod.Spec.NodeName), priority: 1),
        Columns<Pod>.Text("Nominated Node", static pod => Cells.OrNone(pod.Status.NominatedNodeName), priority: 1),
        Columns<Pod>.Text("Readiness Gates", Gates, priority: 1),
    ];

    /// <summary>The word that says best what a pod is doing or what keeps it from it.</summary>
    public static string Status(Pod pod)
    {
        var status = pod.Status;
        var text = status.Reason.Length > 0 ? status.Reason : status.Phase;
        if (status.Conditions.Any(condition => condition is { Type: PodConditionType.PodScheduled, Reason: "SchedulingGated" }))
        {
            text = "SchedulingGated";
        }

        var initializing = Initializing(pod);
        if (initializing is not null)
        {
            text = initializing;
        }

        if (initializing is null || Is(pod, PodConditionType.PodInitialized))
        {
            text = Running(pod, text);
        }

        if (pod.Metadata.DeletionTimestamp is null)
        {
            return text;
        }

        return status.Reason == "NodeLost" ? "Unknown"
            : status.Phase is PodPhase.PodSucceeded or PodPhase.PodFailed ? text
            : "Terminating";
    }

    private static string? Initializing(Pod pod)
    {
        var statuses = pod.Status.InitContainerStatuses;
        for (var i = 0; i < statuses.Count; i++)
        {
            var state = statuses[i].State;
            if (state.Terminated is { ExitCode: 0 } || (statuses[i].Started == true && IsSidecar(pod, statuses[i].Name)))
            {
                continue;
            }

            if (state.Terminated is { } ended)
            {
                return "Init:" + (ended.Reason.Length > 0 ? ended.Reason : Ended(ended));
            }

            if (state.Waiting is { Reason: { Length: > 0 } reason } && reason != "PodInitializing")
            {
                return "Init:" + reason;
            }

            return string.Create(CultureInfo.InvariantCulture, $"Init:{i}/{pod.Spec.InitContainers.Count}");
        }

        return null;
    }

    private static string Running(Pod pod, string text)
    {
        var hasRunning = false;
        for (var i = pod.Status.ContainerStatuses.Count - 1; i >= 0; i--)
        {
            var container = pod.Status.ContainerStatuses[i];
            switch (container.State)
            {
                case { Waiting.Reason: { Length: > 0 } waiting }:
                    text = waiting;
                    break;
                case { Terminated: { } ended }:
                    text = ended.Reason.Length > 0 ? ended.Reason : Ended(ended);
                    break;
                case { Running: not null } when container.Ready:
                    hasRunning = true;
                    break;
                default:
                    break;
            }
        }

        return text == "Completed" && hasRunning
            ? (Is(pod, PodConditionType.PodReady) ? "Running" : "NotReady")
            : text;
    }

    private static string Ended(ContainerStateTerminated ended) => ended.Signal != 0
        ? string.Create(CultureInfo.InvariantCulture, $"Signal:{ended.Signal}")
        : string.Create(CultureInfo.InvariantCulture, $"ExitCode:{ended.ExitCode}");

    private static string Ready(Pod pod)
    {
        var sidecars = pod.Spec.InitContainers.Count(container => container.RestartPolicy == ContainerRestartPolicy.Always);
        var ready = pod.Status.ContainerStatuses.Count(container => container.Ready && container.State.Running is not null)
            + pod.Status.InitContainerStatuses.Count(container => container is { Ready: true, Started: true } && IsSidecar(pod, container.Name));
        return string.Create(CultureInfo.InvariantCulture, $"{ready}/{pod.Spec.Containers.Count + sidecars}");
    }

    private static string Restarts(Pod pod, DateTimeOffset now)
    {
        var isInitializing = Initializing(pod) is not null && !Is(pod, PodConditionType.PodInitialized);
        var counted = isInitializing
            ? pod.Status.InitContainerStatuses
            : pod.Status.ContainerStatuses.Concat(pod.Status.InitContainerStatuses.Where(container => IsSidecar(pod, container.Name)));
        var restarts = 0;
        DateTimeOffset? last = null;
        foreach (var container in counted)
        {
            restarts += container.RestartCount;
            if (container.LastTerminationState.Terminated?.FinishedAt is { } finished && (last is null || finished > last))
            {
                last = finished;
            }
        }

        return restarts != 0 && last is not null
            ? string.Create(CultureInfo.InvariantCulture, $"{restarts} ({Cells.Age(last, now)} ago)")
            : Cells.Number(restarts);
    }

    private static string Gates(Pod pod)
    {
        var gates = pod.Spec.ReadinessGates;
        return gates.Count == 0
            ? Cells.None
            : string.Create(CultureInfo.InvariantCulture, $"{gates.Count(gate => Is(pod, gate.ConditionType))}/{gates.Count}");
    }

    private static bool Is(Pod pod, string condition) =>
        pod.Status.Conditions.Any(one => one.Type == condition && one.Status == ConditionStatus.ConditionTrue);

    private static bool IsSidecar(Pod pod, string name) =>
        pod.Spec.InitContainers.Any(container => container.Name == name && container.RestartPolicy == ContainerRestartPolicy.Always);
}
