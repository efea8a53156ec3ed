using Navarch.Api.Core.V1;

namespace Navarch.Kubelet.Pods;

/// <summary>The conditions of a pod that the kubelet owns, merged into those that others set.</summary>
internal static class PodConditions
{
    private static readonly string[] Owned =
    [
        PodConditionType.PodReadyToStartContainers, PodConditionType.PodInitialized, PodConditionType.PodReady, PodConditionType.ContainersReady,
        PodConditionType.PodScheduled,
    ];

    public static bool IsOwned(string type) => Owned.Contains(type);

    public static IReadOnlyList<PodCondition> Compute(
        PodView view, string phase, IReadOnlyList<ContainerStatus> inits, IReadOnlyList<ContainerStatus> mains)
    {
        var containersReady = ContainersReady(view, phase, inits, mains);
        var computed = new[]
        {
            Condition(PodConditionType.PodReadyToStartContainers, IsReadyToStart(view)),
            Initialized(view, phase, inits, mains),
            Ready(view, containersReady),
            containersReady,
            Condition(PodConditionType.PodScheduled, true),
        };
        var old = view.Pod.Status.Conditions;
        return
        [
            .. computed.Select(condition => Dated(condition, old.FirstOrDefault(other => other.Type == condition.Type), view)),
            .. old.Where(condition => !Owned.Contains(condition.Type)),
        ];
    }

    private static bool IsReadyToStart(PodView view) =>
        view.Runtime.Sandbox is { IsReady: true } sandbox && (view.Spec.HostNetwork || sandbox.IPs.Count > 0);

    private static PodCondition Initialized(
        PodView view, string phase, IReadOnlyList<ContainerStatus> inits, IReadOnlyList<ContainerStatus> mains)
    {
        if (phase == PodPhase.PodSucceeded)
        {
            return Condition(PodConditionType.PodInitialized, true, "PodCompleted");
        }
        // Main containers start after the others have done their work: that one has run says that they had.
        if (mains.Any(main => main.ContainerID.Length > 0))
        {
            return Condition(PodConditionType.PodInitialized, true);
        }
        var incomplete = view.Spec.InitContainers.Zip(inits)
            .Where(pair => RestartRules.IsSidecar(pair.First) ? pair.Second.Started != true : !pair.Second.Ready)
            .Select(pair => pair.First.Name).ToList();
        return incomplete.Count == 0
            ? Condition(PodConditionType.PodInitialized, true)
            : Condition(
                PodConditionType.PodInitialized, false, "ContainersNotInitialized",
                $"containers with incomplete status: [{string.Join(' ', incomplete)}]");
    }

    private static PodCondition ContainersReady(
        PodView view, string phase, IReadOnlyList<ContainerStatus> inits, IReadOnlyList<ContainerStatus> mains)
    {
        if (phase == PodPhase.PodSucceeded)
        {
            return Condition(PodConditionType.ContainersReady, false, "PodCompleted");
        }
        if (phase == PodPhase.PodFailed)
        {
            return Condition(PodConditionType.ContainersReady, false, "PodFailed");
        }
        var sidecars = view.Spec.InitContainers.Zip(inits).Where(pair => RestartRules.IsSidecar(pair.First)).Select(pair => pair.Second);
        var unready = sidecars.Concat(mains).Where(status => !status.Ready).Select(status => status.Name).ToList();
        return unready.Count == 0
            ? Condition(PodConditionType.ContainersReady, true)
            : Condition(
                PodConditionType.ContainersReady, false, "ContainersNotReady", $"containers with unready status: [{string.Join(' ', unready)}]");
    }

    private static PodCondition Ready(PodView view, PodCondition containersReady)
    {
        if (containersReady.Status != ConditionStatus.ConditionTrue)
        {
            return containersReady with { Type = PodConditionType.PodReady };
        }
        var closed = view.Spec.ReadinessGates
            .Select(gate => (gate.ConditionType, view.Pod.Status.Conditions.FirstOrDefault(condition => condition.Type == gate.ConditionType)?.Status))
            .Where(gate => gate.Status != ConditionStatus.ConditionTrue)
            .Select(gate => gate.Status is null
                ? $"corresponding condition of pod readiness gate \"{gate.ConditionType}\" does not exist."
                : $"the status of pod readiness gate \"{gate.ConditionType}\" is not \"True\", but {gate.Status}")
            .ToList();
        return closed.Count == 0
            ? Condition(PodConditionType.PodReady, true)
            : Condition(PodConditionType.PodReady, false, "ReadinessGatesNotReady", string.Join(", ", closed));
    }

    private static PodCondition Dated(PodCondition condition, PodCondition? old, PodView view) => condition with
    {
        ObservedGeneration = view.Pod.Metadata.Generation,
        LastTransitionTime = old?.Status == condition.Status && old.LastTransitionTime is { } since ? since : PodStatusView.Seconds(view.Now),
    };

    private static PodCondition Condition(string type, bool isTrue, string reason = "", string message = "") => new()
    {
        Type = type,
        Status = isTrue ? ConditionStatus.ConditionTrue : ConditionStatus.ConditionFalse,
        Reason = reason,
        Message = message,
    };
}
