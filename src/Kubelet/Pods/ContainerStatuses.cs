using Navarch.Api.Core.V1;

namespace Navarch.Kubelet.Pods;

/// <summary>Says of each container of a pod what its status should be.</summary>
internal sealed class ContainerStatuses(PodView view, string runtimeName)
{
    public ContainerStatus Of(Container container, bool isInit) =>
        Of(container, isInit, isInit ? view.Pod.Status.InitContainerStatuses : view.Pod.Status.ContainerStatuses);

    // As an init container it is not started again; nobody asks whether it is ready.
    public ContainerStatus OfEphemeral(Container container) =>
        Of(container, isInit: true, view.Pod.Status.EphemeralContainerStatuses) with { Ready = false, Started = null };

    private ContainerStatus Of(Container container, bool isInit, IReadOnlyList<ContainerStatus> before)
    {
        var old = before.FirstOrDefault(status => status.Name == container.Name);
        var run = view.Runtime.Find(container.Name);
        var started = isInit && !RestartRules.IsSidecar(container)
            ? run?.State == RuntimeState.Running
            : view.IsStarted(container, run);
        var (state, last) = StatesOf(container, isInit, run, old);
        var shown = run is { State: RuntimeState.Created } ? view.Runtime.FindPrevious(run) ?? run : run;
        return new ContainerStatus
        {
            Name = container.Name,
            State = state,
            LastTerminationState = last,
            Ready = isInit && !RestartRules.IsSidecar(container)
                ? run is { State: RuntimeState.Exited, ExitCode: 0 }
                : view.IsReady(container, run),
            Started = started,
            RestartCount = Math.Max(shown?.Attempt ?? 0, old?.RestartCount ?? 0),
            Image = shown is { Image.Length: > 0 } ? shown.Image : old is { ContainerID.Length: > 0 } ? old.Image : container.Image,
            ImageID = shown?.ImageId ?? old?.ImageID ?? "",
            ContainerID = shown is not null ? IdOf(shown) : old?.ContainerID ?? "",
            Resources = container.Resources == ResourceRequirements.Empty ? null : container.Resources,
            AllocatedResources = container.Resources.Requests,
            VolumeMounts = [.. container.VolumeMounts.Select(mount => new VolumeMountStatus
            {
                Name = mount.Name, MountPath = mount.MountPath, ReadOnly = mount.ReadOnly, RecursiveReadOnly = mount.ReadOnly ? "Disabled" : null,
            })],
        };
    }

    private (ContainerState State, ContainerState Last) StatesOf(Container container, bool isInit, RuntimeContainer? run, ContainerStatus? old)
    {
        var failure = view.Memory.Failures.GetValueOrDefault(container.Name);
        switch (run?.State)
        {
            case RuntimeState.Running:
                var running = new ContainerState { Running = new ContainerStateRunning { StartedAt = Time(run.StartedAt ?? run.CreatedAt) } };
                return (running, LastOf(run, old));
            case RuntimeState.Exited or RuntimeState.Unknown:
                var ended = Terminated(run);
                var restarts = !view.MustEnd && RestartRules.AfterExit(view.Spec, container, isInit, run.ExitCode);
                if (restarts && failure is not null)
                {
                    return (Waiting(failure.Reason, failure.Message), ended);
                }
                if (restarts && IsWaitingForBackoff(container, run, out var message))
                {
                    return (Waiting(Reasons.CrashLoopBackOff, message), ended);
                }
                return (ended, LastOf(run, old));
            case RuntimeState.Created:
                return (WaitingToStart(failure), LastOf(run, old));
        }

        // The runtime knows no run of it. Either there was none yet, or its remains have been removed.
        if (old is { State.Terminated: not null } && (view.MustEnd || isInit))
        {
            return (old.State, old.LastTerminationState);
        }
        if (old is { ContainerID.Length: > 0, State.Running: { } lost } && view.MustEnd)
        {
            return (new ContainerState { Terminated = Unknown(old, lost) }, old.LastTerminationState);
        }
        return (WaitingToStart(failure), old?.State.Terminated is not null ? old.State : old?.LastTerminationState ?? ContainerState.Empty);
    }

    private ContainerState WaitingToStart(StartFailure? failure) =>
        failure is not null ? Waiting(failure.Reason, failure.Message)
        : Waiting(view.Spec.InitContainers.Count > 0 ? Reasons.PodInitializing : Reasons.ContainerCreating, "");

    private bool IsWaitingForBackoff(Container container, RuntimeContainer run, out string message)
    {
        var backoff = view.Memory.Crashes.GetValueOrDefault(container.Name);
        message = backoff is null ? "" : PodPlan.CrashMessage(view.Pod, container, backoff);
        return CrashBackoff.StartAt(backoff, run.FinishedAt ?? run.CreatedAt) > view.Now;
    }

    private ContainerState LastOf(RuntimeContainer run, ContainerStatus? old)
    {
        if (view.Runtime.FindPrevious(run) is { } previous)
        {
            return Terminated(previous);
        }
        // The run before was removed; the status still tells of it.
        return old is null ? ContainerState.Empty
            : old.ContainerID != IdOf(run) && old.State.Terminated is not null ? old.State
            : old.LastTerminationState;
    }

    private ContainerState Terminated(RuntimeContainer run) => new()
    {
        Terminated = new ContainerStateTerminated
        {
            ExitCode = run.State == RuntimeState.Unknown ? 137 : run.ExitCode,
            Reason = run.State == RuntimeState.Unknown ? Reasons.ContainerStatusUnknown : run.Reason,
            Message = run.Message,
            StartedAt = run.StartedAt is { } started ? Time(started) : null,
            FinishedAt = run.FinishedAt is { } finished ? Time(finished) : null,
            ContainerID = IdOf(run),
        },
    };

    private static ContainerStateTerminated Unknown(ContainerStatus old, ContainerStateRunning lost) => new()
    {
        ExitCode = 137,
        Reason = Reasons.ContainerStatusUnknown,
        Message = "The container could not be located when the pod was terminated",
        StartedAt = lost.StartedAt,
        ContainerID = old.ContainerID,
    };

    private static ContainerState Waiting(string reason, string message) => new() { Waiting = new ContainerStateWaiting { Reason = reason, Message = message } };

    private string IdOf(RuntimeContainer run) => $"{runtimeName}://{run.Id}";

    private static DateTimeOffset Time(DateTimeOffset time) => PodStatusView.Seconds(time);
}
