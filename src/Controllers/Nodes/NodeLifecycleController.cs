using System.Collections.Concurrent;
using Navarch.Api.Coordination.V1;
using Navarch.Api.Core.V1;
using Navarch.Client;

namespace Navarch.Controllers;

/// <summary>
/// Notices nodes that fall silent, says so in their conditions, keeps pods away from nodes that are not well by taints, and takes
/// pods on such nodes out of service. How long a node has been silent is measured by this machine's clock, from when its last
/// sign was seen here: the one thing kept beside the informers.
/// </summary>
/// <param name="leases">The leases in <see cref="LeaseNamespace"/>.</param>
/// <param name="gracePeriod">Silence after which a node counts as gone.</param>
public sealed class NodeLifecycleController(
    Informer<Node> nodes, Informer<Lease> leases, Informer<Pod> pods, IClient client, EventRecorder events, TimeProvider time, TimeSpan gracePeriod)
    : IReconciler
{
    public const string LeaseNamespace = "kube-node-lease";
    internal const string NodeIndex = "node";

    private readonly ConcurrentDictionary<string, Sign> signs = new();

    public string Name => "nodelifecycle";

    public IEnumerable<Trigger> Triggers =>
    [
        Trigger.On(nodes),
        Trigger.On(nodes, _ => nodes.Snapshot.Items.Where(node => NodeHealth.ReadyStateOf(node) != "True").Select(node => NamespacedName.Of(node))),
        Trigger.On(leases, lease => [new NamespacedName("", lease.Metadata.Name)]),
        Trigger.None(pods),
    ];

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        if (!nodes.TryGet(key, out var node))
        {
            signs.TryRemove(key.Name, out _);
            return ReconcileResult.Done;
        }

        var now = time.GetUtcNow();
        var deadline = LastSignOf(node, now) + gracePeriod;
        if (now >= deadline && NodeHealth.Silent(node, now) is var conditions && !ReferenceEquals(conditions, node.Status.Conditions))
        {
            events.Normal(node, "NodeNotReady", $"Node {node.Metadata.Name} status is now: NodeNotReady");
            await client.UpdateStatusAsync(node with { Status = node.Status with { Conditions = conditions } }, ct);
            return ReconcileResult.Done; // The taints follow from what the informer is about to show.
        }

        var evicts = nodes.Snapshot.Items.Any(other => NodeHealth.ReadyStateOf(other) == "True");
        var taints = NodeHealth.Taints(node, evicts, now);
        if (!ReferenceEquals(taints, node.Spec.Taints))
        {
            await client.UpdateAsync(node with { Spec = node.Spec with { Taints = taints } }, ct);
        }

        if (NodeHealth.ReadyStateOf(node) != "True")
        {
            await TakeOutOfServiceAsync(node, now, ct);
        }

        return now >= deadline ? ReconcileResult.Done : ReconcileResult.After(deadline - now);
    }

    private DateTimeOffset LastSignOf(Node node, DateTimeOffset now)
    {
        var renewed = leases.Find(new(LeaseNamespace, node.Metadata.Name))?.Spec.RenewTime?.Value;
        var heartbeat = node.Status.Conditions.FirstOrDefault(condition => condition.Type == NodeConditionType.NodeReady)?.LastHeartbeatTime;
        return signs.AddOrUpdate(
            node.Metadata.Name,
            _ => new Sign(renewed, heartbeat, now),
            (_, known) => known.Renewed == renewed && known.Heartbeat == heartbeat ? known : new Sign(renewed, heartbeat, now)).SeenAt;
    }

    /// <summary>Pods of a node that is not ready are not ready: nobody could say otherwise, and Services must not send to them.</summary>
    private async Task TakeOutOfServiceAsync(Node node, DateTimeOffset now, CancellationToken ct)
    {
        pods.AddIndex(NodeIndex, pod => [pod.Spec.NodeName]);
        foreach (var pod in pods.By(NodeIndex, node.Metadata.Name).Where(pod => pod.IsReady))
        {
            try
            {
                var condition = pod.ReadyCondition! with { Status = "False", Reason = "NodeNotReady", Message = "" };
                await client.UpdateStatusAsync(pod with { Status = pod.StatusWith(condition, now) }, ct);
                events.Warning(pod, "NodeNotReady", "Node is not ready");
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                // Gone meanwhile, which is as good.
            }
        }
    }

    private sealed record Sign(DateTimeOffset? Renewed, DateTimeOffset? Heartbeat, DateTimeOffset SeenAt);
}
