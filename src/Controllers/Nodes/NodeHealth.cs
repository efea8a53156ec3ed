using Navarch.Api.Core.V1;

namespace Navarch.Controllers;

/// <summary>
/// What a node's conditions and taints should be. Depends on its arguments alone.
/// </summary>
internal static class NodeHealth
{
    public const string NotReadyTaint = "node.kubernetes.io/not-ready";
    public const string UnreachableTaint = "node.kubernetes.io/unreachable";

    // Conditions that the kubelet reports: when it falls silent, nobody knows any of them.
    private static readonly string[] Reported =
        [NodeConditionType.NodeReady, NodeConditionType.NodeMemoryPressure, NodeConditionType.NodeDiskPressure, NodeConditionType.NodePIDPressure];

    // Taints that say in scheduling's language what conditions say: (condition, its bad state, taint).
    private static readonly (string Condition, string State, string Taint)[] ByCondition =
    [
        (NodeConditionType.NodeReady, "False", NotReadyTaint),
        (NodeConditionType.NodeReady, "Unknown", UnreachableTaint),
        (NodeConditionType.NodeMemoryPressure, "True", "node.kubernetes.io/memory-pressure"),
        (NodeConditionType.NodeDiskPressure, "True", "node.kubernetes.io/disk-pressure"),
        (NodeConditionType.NodePIDPressure, "True", "node.kubernetes.io/pid-pressure"),
        (NodeConditionType.NodeNetworkUnavailable, "True", "node.kubernetes.io/network-unavailable"),
    ];

    private const string UnschedulableTaint = "node.kubernetes.io/unschedulable";

    public static string ReadyStateOf(Node node) => node.Status.Conditions.FirstOrDefault(condition => condition.Type == NodeConditionType.NodeReady)?.Status ?? "Unknown";

    /// <summary>The conditions of a node whose kubelet has fallen silent; the same list when they say so already.</summary>
    public static IReadOnlyList<NodeCondition> Silent(Node node, DateTimeOffset now)
    {
        var conditions = node.Status.Conditions.ToList();
        var isOther = false;
        foreach (var type in Reported)
        {
            var index = conditions.FindIndex(condition => condition.Type == type);
            if (index < 0)
            {
                isOther = true;
                conditions.Add(new NodeCondition
                {
                    Type = type, Status = "Unknown", Reason = "NodeStatusNeverUpdated", Message = "Kubelet never posted node status.",
                    LastHeartbeatTime = node.Metadata.CreationTimestamp, LastTransitionTime = now,
                });
            }
            else if (conditions[index].Status != "Unknown")
            {
                isOther = true;
                conditions[index] = conditions[index] with
                {
                    Status = "Unknown", Reason = "NodeStatusUnknown", Message = "Kubelet stopped posting node status.", LastTransitionTime = now,
                };
            }
        }

        return isOther ? conditions : node.Status.Conditions;
    }

    /// <summary>The node's taints with those of this controller as they should be; the same list when they are.</summary>
    /// <param name="evicts">Whether pods may be driven off: not when no node at all is ready, as then the fault is more likely ours.</param>
    public static IReadOnlyList<Taint> Taints(Node node, bool evicts, DateTimeOffset now)
    {
        var wanted = new List<Taint>();
        foreach (var (type, state, key) in ByCondition)
        {
            if (node.Status.Conditions.Any(condition => condition.Type == type && condition.Status == state))
            {
                wanted.Add(new Taint { Key = key, Effect = TaintEffect.NoSchedule });
                if (evicts && (key is NotReadyTaint or UnreachableTaint))
                {
                    wanted.Add(new Taint { Key = key, Effect = TaintEffect.NoExecute });
                }
            }
        }

        if (node.Spec.Unschedulable)
        {
            wanted.Add(new Taint { Key = UnschedulableTaint, Effect = TaintEffect.NoSchedule });
        }

        var missing = wanted.Where(taint => !node.Spec.Taints.Any(known => IsSame(known, taint))).ToList();
        var stays = node.Spec.Taints.Where(known => !IsOurs(known) || wanted.Any(taint => IsSame(known, taint))).ToList();
        return missing.Count == 0 && stays.Count == node.Spec.Taints.Count
            ? node.Spec.Taints
            : [.. stays, .. missing.Select(taint => taint with { TimeAdded = now })];
    }

    private static bool IsSame(Taint left, Taint right) => left.Key == right.Key && left.Effect == right.Effect;

    private static bool IsOurs(Taint taint) => taint.Effect switch
    {
        TaintEffect.NoSchedule => taint.Key == UnschedulableTaint || ByCondition.Any(entry => entry.Taint == taint.Key),
        TaintEffect.NoExecute => taint.Key is NotReadyTaint or UnreachableTaint,
        _ => false,
    };
}
