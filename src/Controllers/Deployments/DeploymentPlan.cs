using Navarch.Api.Apps.V1;
using Navarch.Api.Core.V1;
using Navarch.Client;

namespace Navarch.Controllers;

/// <summary>
/// What one pass does for a Deployment. Small on purpose: one pass creates a set, or notes a revision, or moves sizes by one step;
/// the next pass sees what came of it. Depends on its arguments alone.
/// </summary>
internal sealed record DeploymentPlan(IReadOnlyList<Change> Changes, DeploymentStatus Status)
{
    /// <summary>What to tell when a change has been carried out.</summary>
    public IReadOnlyDictionary<Change, string> Messages { get; private init; } = new Dictionary<Change, string>();

    /// <param name="podsOf">The pods of a set, whatever their state.</param>
    public static DeploymentPlan Of(Deployment deployment, IReadOnlyList<ReplicaSet> sets, Func<ReplicaSet, IEnumerable<Pod>> podsOf, DateTimeOffset now)
    {
        var revisions = Revisions.Of(deployment, sets);
        var status = DeploymentConditions.Of(deployment, revisions, now);
        if (deployment.IsTerminating)
        {
            return new DeploymentPlan([], status);
        }

        if (deployment.Spec.Paused)
        {
            return Resized(deployment, Rescale.Plan(deployment, revisions), [], status);
        }

        if (Rescale.IsDue(deployment, revisions))
        {
            return Resized(deployment, Rescale.Plan(deployment, revisions), [], status);
        }

        if (!deployment.IsRolling && (Rollout.StopOld(revisions.Old) is { Count: > 0 } stops))
        {
            return Resized(deployment, stops, [], status);
        }

        if (!deployment.IsRolling && revisions.Old.Any(set => podsOf(set).Any(pod => !pod.IsFinished)))
        {
            return new DeploymentPlan([], status); // Recreate: the new one starts when the last old pod is gone.
        }

        if (revisions.New is not { } current)
        {
            return Created(deployment, revisions, status);
        }

        if (Noted(deployment, revisions, current) is { } note)
        {
            return new DeploymentPlan([note], status);
        }

        var sizes = deployment.IsRolling
            ? Rollout.RollingStep(deployment, current, revisions.Old)
            : current.Wanted == deployment.Wanted ? [] : [new Resize(current, deployment.Wanted)];
        return Resized(deployment, sizes, deployment.IsComplete(status) ? Expired(deployment, revisions) : [], status);
    }

    private static DeploymentPlan Created(Deployment deployment, Revisions revisions, DeploymentStatus status)
    {
        var size = Rollout.SizeOfNew(deployment, revisions.Old.Sum(set => set.Wanted), 0);
        var change = new Change.Create<ReplicaSet>(revisions.Make(size));
        return new DeploymentPlan([change], status)
        {
            Messages = size == 0 ? new Dictionary<Change, string>() : new Dictionary<Change, string>
            {
                [change] = $"Scaled up replica set {change.Object.Metadata.Name} from 0 to {size}",
            },
        };
    }

    /// <summary>Brings the annotations of the current set, then those of the Deployment, up to date.</summary>
    private static Change? Noted(Deployment deployment, Revisions revisions, ReplicaSet current)
    {
        var annotations = Revisions.WithCounts(revisions.AnnotationsOfNew(), deployment);
        if (!annotations.Equals(current.Metadata.Annotations) || current.Spec.MinReadySeconds != deployment.Spec.MinReadySeconds)
        {
            return new Change.Update<ReplicaSet>(current with
            {
                Metadata = current.Metadata with { Annotations = annotations },
                Spec = current.Spec with { MinReadySeconds = deployment.Spec.MinReadySeconds },
            });
        }

        var number = annotations.Find(Revisions.Revision) ?? "";
        return deployment.Metadata.Annotations.Find(Revisions.Revision) == number ? null : new Change.Update<Deployment>(deployment with
        {
            Metadata = deployment.Metadata with { Annotations = deployment.Metadata.Annotations.With(Revisions.Revision, number) },
        });
    }

    private static DeploymentPlan Resized(Deployment deployment, IReadOnlyList<Resize> sizes, IReadOnlyList<Change> more, DeploymentStatus status)
    {
        var messages = new Dictionary<Change, string>(ReferenceEqualityComparer.Instance);
        foreach (var (set, size) in sizes)
        {
            var annotations = Revisions.WithCounts(set.Metadata.Annotations, deployment);
            if (size == set.Wanted && annotations.Equals(set.Metadata.Annotations))
            {
                continue;
            }

            var change = new Change.Update<ReplicaSet>(set with
            {
                Metadata = set.Metadata with { Annotations = annotations },
                Spec = set.Spec with { Replicas = size },
            });
            messages[change] = size == set.Wanted ? ""
                : $"Scaled {(size > set.Wanted ? "up" : "down")} replica set {set.Metadata.Name} from {set.Wanted} to {size}";
        }

        return new DeploymentPlan([.. messages.Keys, .. more], status) { Messages = messages };
    }

    /// <summary>Old sets beyond what the history keeps; the oldest revisions go first.</summary>
    private static IReadOnlyList<Change> Expired(Deployment deployment, Revisions revisions)
    {
        if (deployment.Spec.RevisionHistoryLimit is not { } limit || limit == int.MaxValue)
        {
            return [];
        }

        var candidates = revisions.Old.Where(set => !set.IsTerminating).ToList();
        return
        [
            .. candidates.OrderBy(set => Revisions.NumberOf(set)).Take(Math.Max(0, candidates.Count - limit))
                .Where(set => set.Wanted == 0 && set.Status.Replicas == 0 && set.Metadata.Generation <= set.Status.ObservedGeneration)
                .Select(set => new Change.Delete<ReplicaSet>(set)),
        ];
    }
}
