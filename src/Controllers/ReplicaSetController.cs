using Navarch.Api.Apps.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Client;

namespace Navarch.Controllers;

/// <summary>Keeps as many pods running as each ReplicaSet asks for.</summary>
public sealed class ReplicaSetController(
    Informer<ReplicaSet> replicaSets, Informer<Pod> pods, IClient client, EventRecorder events, TimeProvider time) : IReconciler
{
    // One pass never asks for more: a mistyped replica count must not hold up every other set.
    private const int ChangesPerPassMax = 500;

    public string Name => "replicaset";

    public IEnumerable<Trigger> Triggers =>
    [
        Trigger.On(replicaSets),
        Trigger.OnOwner(pods, of: replicaSets),
        Trigger.On(pods, WhoMayAdopt),
    ];

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        if (!replicaSets.TryGet(key, out var set))
        {
            return ReconcileResult.Done; // Deleted. The garbage collector removes what it owned.
        }

        pods.AddIndex(Owners.OrphanIndex, Owners.OrphanKey);
        var claim = Claim<Pod>.Of(set, Selectors.Of(set.Spec.Selector), pods.OwnedBy(set.Metadata.UID).Concat(pods.By(Owners.OrphanIndex, key.Namespace)));
        if (claim.Adopts && (await client.FindAsync<ReplicaSet>(key, ct) is not { } current || current.Metadata.UID != set.Metadata.UID || current.IsTerminating))
        {
            return ReconcileResult.Done; // The informer lags behind the end of the set, and will tell.
        }

        await client.ApplyAsync(claim.Changes, ct);
        var now = time.GetUtcNow();
        var failure = await ChangePodsAsync(set, PlanPods(set, claim.Owned, CrowdingOf(set), now), ct);
        if (PlanStatus(set, claim.Owned, failure, now) is { } change)
        {
            await client.ApplyAsync([change], ct);
        }

        return failure is null ? NextAvailability(set, claim.Owned, now) : throw failure;
    }

    /// <summary>Which pods must come or go for <paramref name="set"/> to be true. Depends on its arguments alone.</summary>
    internal static IEnumerable<Change> PlanPods(ReplicaSet set, IReadOnlyList<Pod> owned, IReadOnlyDictionary<string, int> crowding, DateTimeOffset now)
    {
        if (set.IsTerminating)
        {
            yield break;
        }

        var active = owned.Where(pod => pod.IsActive).ToList();
        var missing = (set.Spec.Replicas ?? 1) - active.Count;
        for (var i = 0; i < Math.Min(missing, ChangesPerPassMax); i++)
        {
            yield return new Change.Create<Pod>(NewPod(set));
        }

        if (missing < 0)
        {
            foreach (var pod in active.Order(new LeastValuableFirst(now, crowding)).Take(Math.Min(-missing, ChangesPerPassMax)))
            {
                yield return new Change.Delete<Pod>(pod);
            }
        }
    }

    /// <summary>The status as it should read, or null when it reads so already.</summary>
    internal static Change? PlanStatus(ReplicaSet set, IReadOnlyList<Pod> owned, ApiException? failure, DateTimeOffset now)
    {
        var active = owned.Where(pod => pod.IsActive).ToList();
        var template = set.Spec.Template.Metadata.Labels;
        var status = set.Status with
        {
            Replicas = active.Count,
            FullyLabeledReplicas = active.Count(pod => template.All(label => pod.Metadata.Labels.Find(label.Key) == label.Value)),
            ReadyReplicas = active.Count(pod => pod.IsReady),
            AvailableReplicas = active.Count(pod => pod.IsAvailable(set.Spec.MinReadySeconds, now)),
            TerminatingReplicas = owned.Count(pod => pod.IsBeingDeleted && !pod.IsFinished),
            ObservedGeneration = set.Metadata.Generation,
            Conditions = Conditions(set, active.Count, failure, now),
        };
        return status == set.Status ? null : new Change.Status<ReplicaSet>(set with { Status = status });
    }

    private static IReadOnlyList<ReplicaSetCondition> Conditions(ReplicaSet set, int active, ApiException? failure, DateTimeOffset now)
    {
        var known = set.Status.Conditions.FirstOrDefault(condition => condition.Type == ReplicaSetConditionType.ReplicaSetReplicaFailure);
        var others = set.Status.Conditions.Where(condition => condition.Type != ReplicaSetConditionType.ReplicaSetReplicaFailure);
        if (failure is null)
        {
            return known is null ? set.Status.Conditions : [.. others];
        }

        return known is not null ? set.Status.Conditions :
        [
            .. others,
            new ReplicaSetCondition
            {
                Type = ReplicaSetConditionType.ReplicaSetReplicaFailure,
                Status = Api.Meta.V1.ConditionStatus.ConditionTrue,
                Reason = active < (set.Spec.Replicas ?? 1) ? "FailedCreate" : "FailedDelete",
                Message = failure.Message,
                LastTransitionTime = now,
            },
        ];
    }

    private static Pod NewPod(ReplicaSet set)
    {
        var template = set.Spec.Template;
        return new Pod
        {
            Metadata = new ObjectMeta
            {
                GenerateName = set.Metadata.Name + "-",
                Namespace = set.Metadata.Namespace,
                Labels = template.Metadata.Labels,
                Annotations = template.Metadata.Annotations,
                Finalizers = template.Metadata.Finalizers,
                OwnerReferences = [set.AsController()],
            },
            Spec = template.Spec,
        };
    }

    // A pod that becomes available does so by the passing of time: nothing else will say it.
    private static ReconcileResult NextAvailability(ReplicaSet set, IReadOnlyList<Pod> owned, DateTimeOffset now)
    {
        if (set.Spec.MinReadySeconds == 0)
        {
            return ReconcileResult.Done;
        }

        var waits = owned.Where(pod => pod.IsActive && pod.ReadySince is not null)
            .Select(pod => pod.ReadySince!.Value.AddSeconds(set.Spec.MinReadySeconds) - now)
            .Where(wait => wait > TimeSpan.Zero).Order().ToList();
        return waits.Count == 0 ? ReconcileResult.Done : ReconcileResult.After(waits[0]);
    }

    private async Task<ApiException?> ChangePodsAsync(ReplicaSet set, IEnumerable<Change> changes, CancellationToken ct)
    {
        try
        {
            await client.ApplyAsync(changes, ct, outcome => Tell(set, outcome));
            return null;
        }
        catch (ApiException e) when (e.IsNamespaceTerminating)
        {
            return null; // Nothing can be made there any more, and the set is about to go as well.
        }
        catch (ApiException e)
        {
            return e;
        }
    }

    private void Tell(ReplicaSet set, ChangeOutcome outcome)
    {
        switch (outcome)
        {
            case { Error: { IsNamespaceTerminating: true } }:
                break;
            case { Change: Change.Create<Pod>, Error: { } error }:
                events.Warning(set, "FailedCreate", $"Error creating: {error.Message}");
                break;
            case { Change: Change.Create<Pod> }:
                events.Normal(set, "SuccessfulCreate", $"Created pod: {outcome.Stored!.Metadata.Name}");
                break;
            case { Error: { } error }:
                events.Warning(set, "FailedDelete", $"Error deleting: {error.Message}");
                break;
            default:
                events.Normal(set, "SuccessfulDelete", $"Deleted pod: {outcome.Change.Subject.Metadata.Name}");
                break;
        }
    }

    /// <summary>How many pods of this set, and of the other sets of its Deployment, each node has.</summary>
    private IReadOnlyDictionary<string, int> CrowdingOf(ReplicaSet set)
    {
        var related = set.Controller is { } owner ? replicaSets.OwnedBy(owner.UID) : [set];
        return related.SelectMany(other => pods.OwnedBy(other.Metadata.UID)).Where(pod => pod.IsActive && pod.Spec.NodeName.Length > 0)
            .CountBy(pod => pod.Spec.NodeName).ToDictionary();
    }

    private IEnumerable<NamespacedName> WhoMayAdopt(Pod pod) => pod.Controller is not null ? [] :
        replicaSets.List(pod.Metadata.Namespace)
            .Where(set => Selectors.Of(set.Spec.Selector).Matches(pod.Metadata.Labels)).Select(set => NamespacedName.Of(set));
}
