using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.ApiServer.Registry;

/// <summary>Decides what a DELETE does to an object. Depends on its arguments alone.</summary>
internal static class Deletion
{
    public const string OrphanFinalizer = "orphan";
    public const string ForegroundFinalizer = "foregroundDeletion";

    /// <summary>A default propagation that cannot be overruled: nothing depends on objects of such kinds.</summary>
    public const string NoPropagation = "Unsupported";

    // The end must be a date. Who asks for more than 68 years gets them.
    private const long GraceSecondsMax = int.MaxValue;

    /// <summary>What is to happen.</summary>
    public abstract record Decision
    {
        /// <summary>The object goes at once.</summary>
        public sealed record Remove : Decision;

        /// <summary>The object is marked, and goes when its grace period is over or its finalizers are gone.</summary>
        /// <param name="ThenRemove">There is neither: it goes next. Who watches sees the mark first, as of every object with a grace period.</param>
        public sealed record Mark(IResource Value, bool ThenRemove = false) : Decision;

        /// <summary>It is on its way already.</summary>
        public sealed record Nothing : Decision;
    }

    public static Decision Decide(Kind kind, IResource current, DeleteOptions options, DateTimeOffset now)
    {
        var metadata = current.Metadata;
        var finalizers = Finalizers(kind, metadata.Finalizers, options);
        var isHeld = finalizers.Count > 0 || current is Namespace { Spec.Finalizers.Count: > 0 };
        long? grace = current is Pod pod ? PodGrace(pod, options) : null;

        if (metadata.DeletionTimestamp is { } marked)
        {
            return DecideAgain(current, marked, finalizers, isHeld, options);
        }

        if (!isHeld && grace is null)
        {
            return new Decision.Remove();
        }

        var deleted = current.WithMetadata(metadata with
        {
            Finalizers = finalizers,
            DeletionTimestamp = MetadataRules.WholeSeconds(now).AddSeconds(grace ?? 0),
            DeletionGracePeriodSeconds = grace ?? 0,
            Generation = metadata.Generation > 0 ? metadata.Generation + 1 : 0,
        });
        if (deleted is Namespace space)
        {
            deleted = space with { Status = space.Status with { Phase = NamespacePhase.NamespaceTerminating } };
        }

        return new Decision.Mark(deleted, ThenRemove: !isHeld && grace == 0);
    }

    /// <summary>Whether an update has taken away what held back an object that is being deleted.</summary>
    public static bool IsReleasedBy(IResource value) =>
        value.Metadata is { DeletionTimestamp: not null, Finalizers.Count: 0, DeletionGracePeriodSeconds: null or 0 }
        && value is not Namespace { Spec.Finalizers.Count: > 0 };

    private static Decision DecideAgain(IResource current, DateTimeOffset marked, IReadOnlyList<string> finalizers, bool isHeld, DeleteOptions options)
    {
        var metadata = current.Metadata;
        var changesFinalizers = !finalizers.SequenceEqual(metadata.Finalizers);

        // A second delete can only bring the end nearer.
        if (metadata.DeletionGracePeriodSeconds is > 0 and var before && options.GracePeriodSeconds is { } asked && (asked < 0 ? 1 : asked) < before)
        {
            var after = asked < 0 ? 1 : asked;
            var nearer = metadata with { Finalizers = finalizers, DeletionTimestamp = marked.AddSeconds(after - before), DeletionGracePeriodSeconds = after };
            return new Decision.Mark(current.WithMetadata(nearer), ThenRemove: after == 0 && !isHeld);
        }

        if (metadata.DeletionGracePeriodSeconds is null or 0 && !isHeld)
        {
            return new Decision.Remove();
        }

        return changesFinalizers && metadata.DeletionGracePeriodSeconds is null or 0
            ? new Decision.Mark(current.WithMetadata(metadata with { Finalizers = finalizers }))
            : new Decision.Nothing();
    }

    // A pod that no node runs, or that has ended, has nobody to say goodbye to.
    private static long PodGrace(Pod pod, DeleteOptions options)
    {
        if (pod.Spec.NodeName.Length == 0 || pod.Status.Phase is PodPhase.PodFailed or PodPhase.PodSucceeded)
        {
            return 0;
        }

        var grace = options.GracePeriodSeconds ?? pod.Spec.TerminationGracePeriodSeconds ?? 0;
        return grace < 0 ? 1 : Math.Min(grace, GraceSecondsMax);
    }

    private static IReadOnlyList<string> Finalizers(Kind kind, IReadOnlyList<string> present, DeleteOptions options)
    {
        var policy = kind.Rules.DefaultPropagation == NoPropagation ? NoPropagation : options.PropagationPolicy
            ?? (options.OrphanDependents is { } orphan ? (orphan ? "Orphan" : "Background") : null)
            ?? (present.Contains(OrphanFinalizer) ? "Orphan" : present.Contains(ForegroundFinalizer) ? "Foreground" : kind.Rules.DefaultPropagation);
        var wanted = policy switch { "Orphan" => OrphanFinalizer, "Foreground" => ForegroundFinalizer, _ => null };
        var hasOrphan = present.Contains(OrphanFinalizer);
        var hasForeground = present.Contains(ForegroundFinalizer);
        if (hasOrphan == (wanted == OrphanFinalizer) && hasForeground == (wanted == ForegroundFinalizer))
        {
            return present;
        }

        var kept = present.Where(static finalizer => finalizer is not (OrphanFinalizer or ForegroundFinalizer));
        return wanted is null ? [.. kept] : [.. kept, wanted];
    }
}
