using Navarch.Api.Apps.V1;

namespace Navarch.Controllers;

/// <summary>
/// What a change of the wanted number means while several sets have pods: each grows or shrinks in proportion, so that the
/// rollout stands where it stood. Nothing is rolled out by it.
/// </summary>
internal static class Rescale
{
    /// <summary>The wanted number changed since the sets were sized last.</summary>
    public static bool IsDue(Deployment deployment, Revisions revisions) => revisions.All.Any(set =>
        set.Wanted > 0 && Revisions.AnnotatedCount(set, Revisions.DesiredReplicas) is { } noted && noted != deployment.Wanted);

    public static IReadOnlyList<Resize> Plan(Deployment deployment, Revisions revisions)
    {
        if (ActiveOrLatest(revisions) is { } only)
        {
            return [new Resize(only, deployment.Wanted)];
        }

        if (revisions.New is { } current && IsSaturated(deployment, current))
        {
            return Rollout.StopOld(revisions.Old);
        }

        return deployment.IsRolling ? Proportional(deployment, [.. revisions.All.Where(set => set.Wanted > 0)]) : [];
    }

    /// <summary>The one set with pods, or the newest when none has any; null when several have.</summary>
    private static ReplicaSet? ActiveOrLatest(Revisions revisions)
    {
        var active = revisions.All.Where(set => set.Wanted > 0).ToList();
        return active.Count switch
        {
            0 => revisions.New ?? revisions.Old.Oldest().LastOrDefault(),
            1 => active[0],
            _ => null,
        };
    }

    private static bool IsSaturated(Deployment deployment, ReplicaSet set) =>
        set.Wanted == deployment.Wanted && Revisions.AnnotatedCount(set, Revisions.DesiredReplicas) == deployment.Wanted
        && set.Status.AvailableReplicas == deployment.Wanted;

    private static IReadOnlyList<Resize> Proportional(Deployment deployment, IReadOnlyList<ReplicaSet> active)
    {
        var allowed = deployment.Wanted > 0 ? deployment.Wanted + deployment.MaxSurge : 0;
        var toAdd = allowed - active.Sum(set => set.Wanted);

        // The largest first; of equals, pods are added to the newest and taken from the oldest.
        var bySize = (toAdd > 0 ? active.Oldest().Reverse() : active.Oldest()).OrderByDescending(set => set.Wanted).ToList();
        var sizes = new int[bySize.Count];
        var added = 0;
        for (var i = 0; i < bySize.Count; i++)
        {
            var share = toAdd == 0 || added == toAdd ? 0 : Share(deployment, bySize[i], toAdd - added);
            sizes[i] = bySize[i].Wanted + share;
            added += share;
        }

        if (sizes.Length > 0)
        {
            sizes[0] = Math.Max(0, sizes[0] + toAdd - added); // What rounding left over.
        }

        return [.. bySize.Select((set, i) => new Resize(set, sizes[i]))];
    }

    private static int Share(Deployment deployment, ReplicaSet set, int left)
    {
        var before = Revisions.AnnotatedCount(set, Revisions.MaxReplicas) ?? deployment.Status.Replicas;
        int share;
        if (deployment.Wanted == 0)
        {
            share = -set.Wanted;
        }
        else if (before == 0)
        {
            share = 0;
        }
        else
        {
            var after = (double)set.Wanted * (deployment.Wanted + deployment.MaxSurge) / before;
            share = (int)Math.Round(after, MidpointRounding.AwayFromZero) - set.Wanted;
        }

        return left > 0 ? Math.Min(share, left) : Math.Max(share, left);
    }
}
