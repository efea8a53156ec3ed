using Navarch.Api.Core.V1;
using Navarch.Client;

namespace Navarch.Controllers;

/// <summary>
/// Removes pods that nobody else will: those of nodes that are no more, those that were deleted before they had a node, and the
/// oldest of those that have ended when there are too many.
/// </summary>
/// <param name="finishedMax">How many ended pods may stay; 0 is no bound.</param>
public sealed class PodGarbageController(
    Informer<Pod> pods, Informer<Node> nodes, IClient client, EventRecorder events, TimeProvider time, int finishedMax) : IReconciler
{
    // All pods are one key: what is too many depends on all of them.
    private static readonly NamespacedName Everything = new("", "pods");

    // A node may be registered anew; its pods run on.
    private static readonly TimeSpan Quarantine = TimeSpan.FromSeconds(40);

    private readonly Dictionary<string, DateTimeOffset> missingSince = new(StringComparer.Ordinal);

    public string Name => "podgc";

    public IEnumerable<Trigger> Triggers =>
    [
        Trigger.On(pods, pod => pod.IsFinished || pod.IsBeingDeleted || !HasNode(pod) ? [Everything] : []),
        Trigger.On(nodes, node => nodes.Find(new("", node.Metadata.Name)) is null ? [Everything] : []),
    ];

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var all = pods.Snapshot;
        foreach (var pod in Surplus(all.Items, finishedMax))
        {
            await client.DeleteAsync(pod, ct);
        }

        foreach (var pod in all.Items.Where(pod => pod.IsBeingDeleted && pod.Spec.NodeName.Length == 0))
        {
            await ForceAsync(pod, "", now, ct);
        }

        return await CollectOrphansAsync(all, now, ct);
    }

    /// <summary>The oldest ended pods beyond the bound.</summary>
    internal static IEnumerable<Pod> Surplus(IEnumerable<Pod> pods, int finishedMax)
    {
        if (finishedMax <= 0)
        {
            return [];
        }

        var finished = pods.Where(pod => pod.IsFinished && !pod.IsBeingDeleted).OrderBy(pod => pod.Metadata.CreationTimestamp)
            .ThenBy(pod => pod.Metadata.Name, StringComparer.Ordinal).ToList();
        return finished.Take(Math.Max(0, finished.Count - finishedMax));
    }

    private async Task<ReconcileResult> CollectOrphansAsync(ObjectSet<Pod> all, DateTimeOffset now, CancellationToken ct)
    {
        var orphans = all.Items.Where(pod => !HasNode(pod)).GroupBy(pod => pod.Spec.NodeName).ToDictionary(group => group.Key, group => group.ToList());
        foreach (var returned in missingSince.Keys.Except(orphans.Keys).ToList())
        {
            missingSince.Remove(returned);
        }

        var next = ReconcileResult.Done;
        foreach (var (node, lost) in orphans)
        {
            missingSince.TryAdd(node, now);
            var left = missingSince[node] + Quarantine - now;
            if (left > TimeSpan.Zero)
            {
                next = next.Or(ReconcileResult.After(left));
            }
            else if (await client.FindAsync<Node>(new("", node), ct) is null)
            {
                foreach (var pod in lost)
                {
                    await ForceAsync(pod, "PodGC: node no longer exists", now, ct);
                }
            }
        }

        return next;
    }

    /// <summary>Nobody is left to stop it gracefully.</summary>
    private async Task ForceAsync(Pod pod, string disruption, DateTimeOffset now, CancellationToken ct)
    {
        try
        {
            if (disruption.Length > 0 && !pod.IsFinished)
            {
                var condition = new PodCondition
                {
                    Type = PodConditionType.DisruptionTarget, Status = "True", Reason = "DeletionByPodGC", Message = disruption,
                };
                await client.UpdateStatusAsync(pod with { Status = pod.StatusWith(condition, now) with { Phase = PodPhase.PodFailed } }, ct);
            }

            await client.ApplyAsync([new Change.Delete<Pod>(pod) { GracePeriodSeconds = 0 }], ct);
            events.Normal(pod, "PodGC", disruption.Length > 0 ? disruption : "PodGC: terminating pod without a node");
        }
        catch (ApiException e) when (e.IsNotFound)
        {
        }
    }

    private bool HasNode(Pod pod) => pod.Spec.NodeName.Length == 0 || nodes.Find(new("", pod.Spec.NodeName)) is not null;
}
