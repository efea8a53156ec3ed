using Navarch.Api.Core.V1;

namespace Navarch.Kubelet.Pods;

/// <summary>
/// The status that a pod should show, from what is seen of it. Depends on its arguments alone; what the kubelet does not
/// own of a status (conditions that others set, nominations) is kept.
/// </summary>
internal static class PodStatusView
{
    /// <param name="hostIPs">Addresses of the node.</param>
    /// <param name="runtimeName">Scheme of container IDs.</param>
    public static PodStatus Compute(PodView view, IReadOnlyList<string> hostIPs, string runtimeName)
    {
        var containers = new ContainerStatuses(view, runtimeName);
        var inits = view.Spec.InitContainers.Select(container => containers.Of(container, isInit: true)).ToList();
        var mains = view.Spec.Containers.Select(container => containers.Of(container, isInit: false)).ToList();

        var old = view.Pod.Status;
        var phase = view.IsTerminal ? old.Phase : PhaseOf(view, inits, mains);
        var (reason, message) = view switch
        {
            { IsTerminal: true } => (old.Reason, old.Message),
            { Memory.Rejection: { } rejection } => (rejection.Reason, rejection.Message),
            { IsPastDeadline: true } => ("DeadlineExceeded", "Pod was active on the node longer than the specified deadline"),
            _ => ("", ""),
        };
        var podIPs = IPsOf(view, hostIPs);
        return old with
        {
            ObservedGeneration = view.Pod.Metadata.Generation,
            Phase = phase,
            Reason = reason,
            Message = message,
            HostIP = hostIPs.Count > 0 ? hostIPs[0] : "",
            HostIPs = [.. hostIPs.Select(ip => new HostIP { IP = ip })],
            PodIP = podIPs.Count > 0 ? podIPs[0] : "",
            PodIPs = [.. podIPs.Select(ip => new PodIP { IP = ip })],
            StartTime = old.StartTime ?? Seconds(view.Now),
            InitContainerStatuses = inits,
            ContainerStatuses = mains,
            EphemeralContainerStatuses = [.. view.EphemeralContainers.Select(containers.OfEphemeral)],
            QOSClass = old.QOSClass.Length > 0 ? old.QOSClass : PodResources.QosClass(view.Spec),
            Conditions = PodConditions.Compute(view, phase, inits, mains),
        };
    }

    private static List<string> IPsOf(PodView view, IReadOnlyList<string> hostIPs)
    {
        if (view.Spec.HostNetwork)
        {
            return view.Runtime.Sandbox is null && view.Pod.Status.PodIP.Length == 0 ? [] : [.. hostIPs];
        }
        if (view.Runtime.Sandbox is { IsReady: true, IPs.Count: > 0 } sandbox)
        {
            return [.. sandbox.IPs];
        }
        // An ended pod keeps the address it had: it is history, and a successor may have it by now.
        return view.MustEnd ? [.. view.Pod.Status.PodIPs.Select(ip => ip.IP)] : [];
    }

    private static string PhaseOf(PodView view, List<ContainerStatus> inits, List<ContainerStatus> mains)
    {
        if (view.Memory.Rejection is not null || view.IsPastDeadline)
        {
            return PodPhase.PodFailed;
        }

        // Deletion alone does not make a phase final: only once nothing runs is the result of the pod known.
        var hasEnded = view.MustEnd && !view.Runtime.Running.Any();
        for (var i = 0; i < inits.Count; i++)
        {
            var (container, status) = (view.Spec.InitContainers[i], inits[i]);
            if (RestartRules.IsSidecar(container))
            {
                if (status.Started != true && mains.All(main => HasNotRun(main)))
                {
                    return hasEnded ? PodPhase.PodFailed : PodPhase.PodPending;
                }
                continue;
            }
            switch (Last(status))
            {
                case { ExitCode: 0 }:
                    continue;
                case { } failed when !RestartRules.AfterExit(view.Spec, container, isInit: true, failed.ExitCode):
                    return PodPhase.PodFailed;
            }
            if (mains.All(HasNotRun))
            {
                return hasEnded ? PodPhase.PodFailed : PodPhase.PodPending;
            }
        }

        if (mains.Any(main => main.State.Running is not null))
        {
            // A container that has yet to start for the first time keeps the pod from running.
            return mains.Any(HasNotRun) ? PodPhase.PodPending : PodPhase.PodRunning;
        }
        if (mains.Any(HasNotRun))
        {
            return hasEnded ? PodPhase.PodFailed : PodPhase.PodPending;
        }
        var ends = view.Spec.Containers.Zip(mains, (container, status) => (container, end: Last(status)!)).ToList();
        if (!hasEnded && ends.Any(end => RestartRules.AfterExit(view.Spec, end.container, isInit: false, end.end.ExitCode)))
        {
            return PodPhase.PodRunning;
        }
        return ends.All(end => end.end.ExitCode == 0) ? PodPhase.PodSucceeded : PodPhase.PodFailed;
    }

    private static ContainerStateTerminated? Last(ContainerStatus status) => status.State.Terminated ?? status.LastTerminationState.Terminated;

    private static bool HasNotRun(ContainerStatus status) =>
        status.State.Running is null && status.State.Terminated is null && status.LastTerminationState.Terminated is null;

    /// <summary>The API's times have no fractions; a status that differs in one would be written for nothing.</summary>
    internal static DateTimeOffset Seconds(DateTimeOffset time) => new(time.UtcTicks - time.UtcTicks % TimeSpan.TicksPerSecond, TimeSpan.Zero);
}
