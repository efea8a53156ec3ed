using Navarch.Api.Apps.V1;
using Navarch.Api.Core.V1;
using Navarch.Client;

namespace Navarch.Controllers;

/// <summary>Rolls each Deployment's template out to its pods, by sizing ReplicaSets: one for each template it has had.</summary>
public sealed class DeploymentController(
    Informer<Deployment> deployments, Informer<ReplicaSet> replicaSets, Informer<Pod> pods, IClient client, EventRecorder events, TimeProvider time)
    : IReconciler
{
    public string Name => "deployment";

    public IEnumerable<Trigger> Triggers =>
    [
        Trigger.On(deployments),
        Trigger.OnOwner(replicaSets, of: deployments),
        Trigger.On(replicaSets, WhoMayAdopt),
        Trigger.On(pods, WhoWaitsForTheEnd),
    ];

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        if (!deployments.TryGet(key, out var deployment))
        {
            return ReconcileResult.Done; // Deleted. The garbage collector removes what it owned.
        }

        var selector = Selectors.Of(deployment.Spec.Selector);
        if (selector.IsEverything)
        {
            events.Warning(deployment, "SelectingAll", "This deployment is selecting all pods. A non-empty selector is required.");
            return ReconcileResult.Done;
        }

        replicaSets.AddIndex(Owners.OrphanIndex, Owners.OrphanKey);
        var candidates = replicaSets.OwnedBy(deployment.Metadata.UID).Concat(replicaSets.By(Owners.OrphanIndex, key.Namespace));
        var claim = Claim<ReplicaSet>.Of(deployment, selector, candidates);
        if (claim.Changes.Count > 0)
        {
            return await ClaimAsync(deployment, claim, ct);
        }

        var now = time.GetUtcNow();
        var plan = DeploymentPlan.Of(deployment, claim.Owned, set => pods.OwnedBy(set.Metadata.UID), now);
        var status = await ExecuteAsync(deployment, plan, ct);

        // Only when the Deployment itself was not written: its version would be the old one. The next pass is about to come.
        if (status != deployment.Status && !plan.Changes.Any(change => change is Change.Update<Deployment>))
        {
            await client.ApplyAsync([new Change.Status<Deployment>(deployment with { Status = status })], ct);
        }

        return DeploymentConditions.DeadlineOf(deployment, status) is { } deadline && deadline > now
            ? ReconcileResult.After(deadline - now + TimeSpan.FromSeconds(1))
            : ReconcileResult.Done;
    }

    private async Task<ReconcileResult> ClaimAsync(Deployment deployment, Claim<ReplicaSet> claim, CancellationToken ct)
    {
        if (claim.Adopts && (await client.FindAsync<Deployment>(NamespacedName.Of(deployment), ct) is not { } current
            || current.Metadata.UID != deployment.Metadata.UID || current.IsTerminating))
        {
            return ReconcileResult.Done; // The informer lags behind the end of the Deployment, and will tell.
        }

        return await client.ApplyAsync(claim.Changes, ct);
    }

    /// <summary>Carries the plan out; returns the status to write.</summary>
    private async Task<DeploymentStatus> ExecuteAsync(Deployment deployment, DeploymentPlan plan, CancellationToken ct)
    {
        try
        {
            await client.ApplyAsync(plan.Changes, ct, outcome =>
            {
                if (outcome.Error is null && plan.Messages.TryGetValue(outcome.Change, out var message) && message.Length > 0)
                {
                    events.Normal(deployment, "ScalingReplicaSet", message);
                }
            });
            return plan.Status;
        }
        catch (ApiException e) when (e.IsAlreadyExists && plan.Changes.OfType<Change.Create<ReplicaSet>>().FirstOrDefault() is { } creation)
        {
            return await IsCollisionAsync(deployment, creation.Object, ct)
                ? plan.Status with { CollisionCount = (plan.Status.CollisionCount ?? 0) + 1 }
                : plan.Status;
        }
        catch (ApiException e) when (e.IsNamespaceTerminating)
        {
            return plan.Status; // Nothing can be made there any more, and the Deployment is about to go as well.
        }
        catch (ApiException e) when (plan.Changes.Any(change => change is Change.Create<ReplicaSet>))
        {
            events.Warning(deployment, "ReplicaSetCreateError", $"Failed to create new replica set: {e.Message}");
            throw;
        }
    }

    // The name is taken: by the very set we want (then the informer will show it), or by one of another template.
    private async Task<bool> IsCollisionAsync(Deployment deployment, ReplicaSet wanted, CancellationToken ct)
    {
        var existing = await client.FindAsync<ReplicaSet>(NamespacedName.Of(wanted), ct);
        return existing is not null && !(existing.IsControlledBy(deployment)
            && TemplateHash.Plain(existing.Spec.Template) == TemplateHash.Plain(wanted.Spec.Template));
    }

    private IEnumerable<NamespacedName> WhoMayAdopt(ReplicaSet set) => set.Controller is not null ? [] :
        deployments.List(set.Metadata.Namespace)
            .Where(deployment => Selectors.Of(deployment.Spec.Selector).Matches(set.Metadata.Labels)).Select(deployment => NamespacedName.Of(deployment));

    /// <summary>Recreate waits for the end of old pods, which no count of a set shows.</summary>
    private IEnumerable<NamespacedName> WhoWaitsForTheEnd(Pod pod)
    {
        if (pods.Find(NamespacedName.Of(pod))?.Metadata.UID != pod.Metadata.UID
            && Trigger.ControllerKey<ReplicaSet>(pod) is { } setKey && replicaSets.TryGet(setKey, out var set)
            && Trigger.ControllerKey<Deployment>(set) is { } key && deployments.TryGet(key, out var deployment) && !deployment.IsRolling)
        {
            yield return key;
        }
    }
}
