using Navarch.Api.Apps.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Controllers;

/// <summary>What a Deployment's status says: counts, whether it is available, and whether its rollout gets on.</summary>
internal static class DeploymentConditions
{
    public const string NewReplicaSetAvailable = "NewReplicaSetAvailable";
    public const string NewReplicaSetCreated = "NewReplicaSetCreated";
    public const string ReplicaSetUpdated = "ReplicaSetUpdated";
    public const string ProgressDeadlineExceeded = "ProgressDeadlineExceeded";
    public const string DeploymentPaused = "DeploymentPaused";
    public const string DeploymentResumed = "DeploymentResumed";

    private const string Available = DeploymentConditionType.DeploymentAvailable;
    private const string Progressing = DeploymentConditionType.DeploymentProgressing;
    private const string ReplicaFailure = DeploymentConditionType.DeploymentReplicaFailure;

    public static DeploymentStatus Of(Deployment deployment, Revisions revisions, DateTimeOffset now)
    {
        var all = revisions.All.ToList();
        var (replicas, available) = (all.Sum(set => set.Status.Replicas), all.Sum(set => set.Status.AvailableReplicas));
        var status = deployment.Status with
        {
            ObservedGeneration = deployment.Metadata.Generation,
            Replicas = replicas,
            UpdatedReplicas = revisions.New?.Status.Replicas ?? 0,
            ReadyReplicas = all.Sum(set => set.Status.ReadyReplicas),
            AvailableReplicas = available,
            UnavailableReplicas = Math.Max(0, replicas - available),
            TerminatingReplicas = all.Sum(set => set.Status.TerminatingReplicas ?? 0),
        };
        var isAvailable = available >= deployment.Wanted - deployment.MaxUnavailable;
        status = With(status, now, Available, isAvailable, isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
            isAvailable ? "Deployment has minimum availability." : "Deployment does not have minimum availability.");
        return WithFailure(WithPause(WithProgress(deployment, revisions, status, now), deployment, now), revisions, now);
    }

    public static DeploymentCondition? Find(DeploymentStatus status, string type) => status.Conditions.FirstOrDefault(condition => condition.Type == type);

    /// <summary>When the rollout will have been without progress for too long; null when that cannot happen.</summary>
    public static DateTimeOffset? DeadlineOf(Deployment deployment, DeploymentStatus status) =>
        deployment.ProgressDeadline is { } deadline && !deployment.Spec.Paused && !deployment.IsComplete(status)
        && Find(status, Progressing) is { Reason: not (NewReplicaSetAvailable or ProgressDeadlineExceeded), LastUpdateTime: { } since }
            ? since + deadline
            : null;

    private static DeploymentStatus WithProgress(Deployment deployment, Revisions revisions, DeploymentStatus status, DateTimeOffset now)
    {
        if (deployment.ProgressDeadline is null)
        {
            return Without(status, Progressing);
        }

        if (deployment.Spec.Paused)
        {
            return status;
        }

        // A set that its own controller has not looked at yet was made by this rollout just now.
        if (revisions.New is { Status.ObservedGeneration: 0 } created)
        {
            status = With(status, now, Progressing, true, NewReplicaSetCreated, $"Created new replica set \"{created.Metadata.Name}\"");
        }
        else if (revisions.New is { } found && Find(status, Progressing) is null)
        {
            status = With(status, now, Progressing, true, "FoundNewReplicaSet", $"Found new replica set \"{found.Metadata.Name}\"");
        }

        var current = Find(status, Progressing);
        if (current?.Reason == NewReplicaSetAvailable && status.Replicas == status.UpdatedReplicas)
        {
            return status; // Done is done: pods that fail later are no failure of the rollout.
        }

        var subject = revisions.New is { } set ? $"ReplicaSet \"{set.Metadata.Name}\"" : $"Deployment \"{deployment.Metadata.Name}\"";
        if (deployment.IsComplete(status))
        {
            return With(status, now, Progressing, true, NewReplicaSetAvailable, $"{subject} has successfully progressed.");
        }

        if (HasProgressed(deployment.Status, status))
        {
            return With(status, now, Progressing, true, ReplicaSetUpdated, $"{subject} is progressing.", isNews: true);
        }

        var isLate = DeadlineOf(deployment, status) is { } deadline && now >= deadline;
        return isLate ? With(status, now, Progressing, false, ProgressDeadlineExceeded, $"{subject} has timed out progressing.") : status;
    }

    private static bool HasProgressed(DeploymentStatus before, DeploymentStatus now) =>
        now.UpdatedReplicas > before.UpdatedReplicas || now.Replicas - now.UpdatedReplicas < before.Replicas - before.UpdatedReplicas
        || now.ReadyReplicas > before.ReadyReplicas || now.AvailableReplicas > before.AvailableReplicas;

    private static DeploymentStatus WithPause(DeploymentStatus status, Deployment deployment, DateTimeOffset now)
    {
        var current = Find(status, Progressing);
        if (deployment.ProgressDeadline is null || current?.Reason == ProgressDeadlineExceeded)
        {
            return status;
        }

        if (deployment.Spec.Paused)
        {
            return With(status, now, Progressing, "Unknown", DeploymentPaused, "Deployment is paused", isNews: false);
        }

        return current?.Reason == DeploymentPaused ? With(status, now, Progressing, "Unknown", DeploymentResumed, "Deployment is resumed", isNews: false) : status;
    }

    private static DeploymentStatus WithFailure(DeploymentStatus status, Revisions revisions, DateTimeOffset now)
    {
        // The current set's word comes first: it is what the rollout waits for.
        var failure = revisions.All.Reverse().Select(set => set.Status.Conditions.FirstOrDefault(condition => condition.Type == ReplicaFailure))
            .FirstOrDefault(condition => condition is not null);
        return failure is null
            ? Without(status, ReplicaFailure)
            : With(status, now, ReplicaFailure, failure.Status, failure.Reason, failure.Message, isNews: false);
    }

    private static DeploymentStatus With(
        DeploymentStatus status, DateTimeOffset now, string type, bool value, string reason, string message, bool isNews = false) =>
        With(status, now, type, value ? ConditionStatus.ConditionTrue : ConditionStatus.ConditionFalse, reason, message, isNews);

    /// <param name="isNews">The time of the update changes even when nothing else does.</param>
    private static DeploymentStatus With(
        DeploymentStatus status, DateTimeOffset now, string type, string value, string reason, string message, bool isNews)
    {
        var known = Find(status, type);
        if (known is not null && !isNews && known.Status == value && known.Reason == reason)
        {
            return status;
        }

        var condition = new DeploymentCondition
        {
            Type = type, Status = value, Reason = reason, Message = message,
            LastUpdateTime = now,
            LastTransitionTime = known?.Status == value ? known.LastTransitionTime : now,
        };
        return status with { Conditions = [.. status.Conditions.Where(other => other.Type != type), condition] };
    }

    private static DeploymentStatus Without(DeploymentStatus status, string type) =>
        Find(status, type) is null ? status : status with { Conditions = [.. status.Conditions.Where(other => other.Type != type)] };
}
