using Navarch.Api.Core.V1;

namespace Navarch.Controllers;

/// <summary>What controllers ask about pods.</summary>
internal static class PodState
{
    extension(Pod pod)
    {
        public bool IsBeingDeleted => pod.Metadata.DeletionTimestamp is not null;

        /// <summary>All its containers have ended for good.</summary>
        public bool IsFinished => pod.Status.Phase is PodPhase.PodSucceeded or PodPhase.PodFailed;

        /// <summary>It runs or will run: it counts.</summary>
        public bool IsActive => !pod.IsFinished && !pod.IsBeingDeleted;

        public PodCondition? ReadyCondition => pod.Status.Conditions.FirstOrDefault(condition => condition.Type == PodConditionType.PodReady);

        public bool IsReady => pod.ReadyCondition?.Status == ConditionStatus.ConditionTrue;

        /// <summary>Since when it has been ready; null when it is not.</summary>
        public DateTimeOffset? ReadySince => pod.IsReady ? pod.ReadyCondition!.LastTransitionTime ?? DateTimeOffset.MinValue : null;

        /// <summary>Ready for at least <paramref name="minReadySeconds"/>.</summary>
        public bool IsAvailable(int minReadySeconds, DateTimeOffset now) =>
            pod.ReadySince is { } since && (minReadySeconds == 0 || since.AddSeconds(minReadySeconds) <= now);

        public int RestartCount => pod.Status.ContainerStatuses.Count == 0 ? 0 : pod.Status.ContainerStatuses.Max(status => status.RestartCount);

        /// <summary>The status with one condition set; its time changes only with its state.</summary>
        public PodStatus StatusWith(PodCondition condition, DateTimeOffset now)
        {
            var known = pod.Status.Conditions.FirstOrDefault(other => other.Type == condition.Type);
            var changed = condition with
            {
                LastTransitionTime = known?.Status == condition.Status ? known.LastTransitionTime : now,
                LastProbeTime = known?.LastProbeTime,
            };
            return pod.Status with { Conditions = [.. pod.Status.Conditions.Where(other => other.Type != condition.Type), changed] };
        }
    }
}
