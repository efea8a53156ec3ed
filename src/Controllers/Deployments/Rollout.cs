using Navarch.Api.Apps.V1;

namespace Navarch.Controllers;

/// <summary>A new size for a set.</summary>
internal sealed record Resize(ReplicaSet Set, int Replicas);

/// <summary>
/// The arithmetic of rollouts: sizes of sets in, sizes of sets out. The two promises: never more pods than wanted plus surge,
/// never fewer available pods than wanted minus unavailable (as far as they were available to begin with).
/// </summary>
internal static class Rollout
{
    /// <summary>The size of the set of the current template: as large as surge allows.</summary>
    public static int SizeOfNew(Deployment deployment, int sizeOfAll, int sizeOfNew)
    {
        if (!deployment.IsRolling)
        {
            return deployment.Wanted;
        }

        var room = deployment.Wanted + deployment.MaxSurge - sizeOfAll;
        return room <= 0 ? sizeOfNew : sizeOfNew + Math.Min(room, deployment.Wanted - sizeOfNew);
    }

    /// <summary>One step of a rolling update: grow the new set, or else shrink the old ones by what is not needed any more.</summary>
    public static IReadOnlyList<Resize> RollingStep(Deployment deployment, ReplicaSet current, IReadOnlyList<ReplicaSet> old)
    {
        var sizeOfAll = current.Wanted + old.Sum(set => set.Wanted);
        var size = current.Wanted > deployment.Wanted ? deployment.Wanted : SizeOfNew(deployment, sizeOfAll, current.Wanted);
        return size != current.Wanted ? [new Resize(current, size)] : ShrinkOld(deployment, current, old, sizeOfAll);
    }

    /// <summary>Everything of the past to zero.</summary>
    public static IReadOnlyList<Resize> StopOld(IReadOnlyList<ReplicaSet> old) =>
        [.. old.Where(set => set.Wanted > 0).Select(set => new Resize(set, 0))];

    private static IReadOnlyList<Resize> ShrinkOld(Deployment deployment, ReplicaSet current, IReadOnlyList<ReplicaSet> old, int sizeOfAll)
    {
        var availableMin = deployment.Wanted - deployment.MaxUnavailable;
        var newUnavailable = current.Wanted - current.Status.AvailableReplicas;
        var removableMax = sizeOfAll - availableMin - newUnavailable;
        if (removableMax <= 0)
        {
            return [];
        }

        // First what is not available anyway: its going costs nothing, and it may be the very reason for the update.
        var sizes = old.Oldest().ToDictionary(set => set, set => set.Wanted);
        var removed = 0;
        foreach (var set in old.Oldest())
        {
            var sick = Math.Min(removableMax - removed, sizes[set] - Math.Min(sizes[set], set.Status.AvailableReplicas));
            sizes[set] -= sick;
            removed += sick;
        }

        var available = current.Status.AvailableReplicas + old.Sum(set => set.Status.AvailableReplicas);
        var spare = Math.Max(0, available - availableMin);
        foreach (var set in old.Oldest())
        {
            var gone = Math.Min(sizes[set], spare);
            sizes[set] -= gone;
            spare -= gone;
        }

        return [.. sizes.Where(entry => entry.Value != entry.Key.Wanted).Select(entry => new Resize(entry.Key, entry.Value))];
    }
}
