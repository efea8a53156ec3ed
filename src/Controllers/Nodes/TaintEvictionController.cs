using Navarch.Api.Core.V1;
using Navarch.Client;

namespace Navarch.Controllers;

/// <summary>Deletes pods from nodes whose NoExecute taints they do not tolerate, or not that long.</summary>
public sealed class TaintEvictionController(Informer<Pod> pods, Informer<Node> nodes, IClient client, EventRecorder events, TimeProvider time) : IReconciler
{
    // A hundred years. Beyond, no calendar goes on for long, and one pod's toleration must not end the loop.
    private const long SecondsMax = 100L * 365 * 24 * 3600;

    public string Name => "taint-eviction";

    public IEnumerable<Trigger> Triggers
    {
        get
        {
            pods.AddIndex(NodeLifecycleController.NodeIndex, pod => [pod.Spec.NodeName]);
            return
            [
                Trigger.On(pods, pod => pod.Spec.NodeName.Length > 0 && HasNoExecute(nodes.Find(new("", pod.Spec.NodeName))) ? [NamespacedName.Of(pod)] : []),
                Trigger.On(nodes, node => HasNoExecute(node)
                    ? pods.By(NodeLifecycleController.NodeIndex, node.Metadata.Name).Select(pod => NamespacedName.Of(pod))
                    : []),
            ];
        }
    }

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        if (!pods.TryGet(key, out var pod) || pod.IsBeingDeleted || !nodes.TryGet(new("", pod.Spec.NodeName), out var node))
        {
            return ReconcileResult.Done;
        }

        var now = time.GetUtcNow();
        if (EvictionTime(pod, node, now) is not { } at)
        {
            return ReconcileResult.Done;
        }

        if (at > now)
        {
            return ReconcileResult.After(at - now);
        }

        events.Normal(pod, "TaintManagerEviction", $"Marking for deletion Pod {key}");
        var condition = new PodCondition
        {
            Type = PodConditionType.DisruptionTarget, Status = "True", Reason = "DeletionByTaintManager", Message = "Taint manager: deleting due to NoExecute taint",
        };
        await client.UpdateStatusAsync(pod with { Status = pod.StatusWith(condition, now) }, ct);
        return await client.ApplyAsync([new Change.Delete<Pod>(pod)], ct);
    }

    /// <summary>When the pod has to go; null when it may stay for good.</summary>
    internal static DateTimeOffset? EvictionTime(Pod pod, Node node, DateTimeOffset now)
    {
        DateTimeOffset? first = null;
        foreach (var taint in node.Spec.Taints.Where(taint => taint.Effect == TaintEffect.NoExecute))
        {
            var tolerations = pod.Spec.Tolerations.Where(toleration => Tolerates(toleration, taint)).ToList();
            if (tolerations.Count == 0)
            {
                return now;
            }

            // The shortest of several counts, as for upstream; one without seconds sets no limit.
            if (tolerations.Min(toleration => toleration.TolerationSeconds) is { } seconds)
            {
                var at = (taint.TimeAdded ?? now).AddSeconds(Math.Clamp(seconds, 0, SecondsMax));
                first = first is null || at < first ? at : first;
            }
        }

        return first;
    }

    private static bool Tolerates(Toleration toleration, Taint taint) =>
        (toleration.Effect.Length == 0 || toleration.Effect == taint.Effect)
        && (toleration.Key.Length == 0 || toleration.Key == taint.Key)
        && (toleration.Operator == TolerationOperator.TolerationOpExists
            || (toleration.Operator is "" or TolerationOperator.TolerationOpEqual && toleration.Key.Length > 0 && toleration.Value == taint.Value));

    private static bool HasNoExecute(Node? node) => node?.Spec.Taints.Any(taint => taint.Effect == TaintEffect.NoExecute) == true;
}
