using Navarch.Api;
using Navarch.Api.Apps.V1;

namespace Navarch.Controllers;

/// <summary>What a Deployment and its sets ask for, as numbers.</summary>
internal static class DeploymentState
{
    extension(Deployment deployment)
    {
        public int Wanted => deployment.Spec.Replicas ?? 1;

        public bool IsRolling => deployment.Spec.Strategy.Type != DeploymentStrategyType.Recreate;

        /// <summary>How many pods there may be above the wanted number.</summary>
        public int MaxSurge => deployment.IsRolling ? Fenceposts(deployment).Surge : 0;

        /// <summary>How many of the wanted pods may be missing.</summary>
        public int MaxUnavailable =>
            !deployment.IsRolling || deployment.Wanted == 0 ? 0 : Math.Min(Fenceposts(deployment).Unavailable, deployment.Wanted);

        /// <summary>Absent, or as large as a number can be, means that there is none.</summary>
        public TimeSpan? ProgressDeadline =>
            deployment.Spec.ProgressDeadlineSeconds is { } seconds and not int.MaxValue ? TimeSpan.FromSeconds(seconds) : null;

        /// <summary>All pods are of the current template, all are available and none is too many.</summary>
        public bool IsComplete(DeploymentStatus status) =>
            status.UpdatedReplicas == deployment.Wanted && status.Replicas == deployment.Wanted && status.AvailableReplicas == deployment.Wanted
            && status.ObservedGeneration >= deployment.Metadata.Generation;
    }

    extension(ReplicaSet set)
    {
        public int Wanted => set.Spec.Replicas ?? 1;
    }

    /// <summary>The newest set last.</summary>
    public static IEnumerable<ReplicaSet> Oldest(this IEnumerable<ReplicaSet> sets) =>
        sets.OrderBy(set => set.Metadata.CreationTimestamp).ThenBy(set => set.Metadata.Name, StringComparer.Ordinal);

    private static (int Surge, int Unavailable) Fenceposts(Deployment deployment)
    {
        var settings = deployment.Spec.Strategy.RollingUpdate;
        var surge = Scaled(settings?.MaxSurge, deployment.Wanted, roundUp: true);
        var unavailable = Scaled(settings?.MaxUnavailable, deployment.Wanted, roundUp: false);

        // Both can only be zero by rounding, as validation refuses two zeros; then nothing could ever move.
        return surge == 0 && unavailable == 0 ? (0, 1) : (surge, unavailable);
    }

    private static int Scaled(IntOrString? value, int total, bool roundUp)
    {
        try
        {
            return value?.ScaledBy(total, roundUp) ?? 0;
        }
        catch (FormatException)
        {
            return 0; // Validation refuses it; here it must not stop the rest.
        }
    }
}
