using Navarch.Api.Meta.V1;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Registry;

/// <summary>Deletes: at once, or by a mark on what is held back by a grace period or by finalizers.</summary>
internal sealed class ObjectRemoval(ObjectStore store, AdmissionChain admission, TimeProvider time)
{
    // How often one looks again because the cache was behind, or somebody else was faster.
    private const int TriesMax = 64;

    /// <exception cref="StatusException">404, 409: nothing was changed.</exception>
    public async Task<DeleteOutcome> DeleteAsync(Kind kind, string @namespace, string name, DeleteOptions delete, WriteOptions options, CancellationToken ct)
    {
        var key = kind.Key(@namespace, name);
        if (delete.IgnoreStoreReadErrorWithClusterBreakingPotential == true && !options.IsDryRun && kind.Objects.Unreadable?.ContainsKey(key) == true)
        {
            return await RemoveUnreadableAsync(kind, key, name, options, ct);
        }

        for (var tries = 1; ; tries++)
        {
            var current = await store.FindAsync(kind, key, ct) ?? throw StatusErrors.NotFound(kind.Type, name).AsException();
            var value = current.Value;
            if (delete.Preconditions is { } wanted && Violates(wanted, value.Metadata, current) is { } why)
            {
                if (await store.IsStaleAsync(kind, current, ct) && tries < TriesMax)
                {
                    continue;
                }

                // Of a delete that is refused the kind is named, not the resource.
                throw StatusErrors.Conflict(kind.Type.Group, kind.Type.Kind, name, why).AsException();
            }

            await admission.AdmitDeleteAsync(new AdmissionRequest("DELETE", kind, value, value, options) { Delete = delete }, ct);
            switch (Deletion.Decide(kind, value, delete, time.GetUtcNow()))
            {
                case Deletion.Decision.Remove when options.IsDryRun:
                    return new DeleteOutcome(current, IsGone: true);
                case Deletion.Decision.Remove when await store.RemoveAsync(kind, current, ct) is { } gone:
                    return new DeleteOutcome(gone, IsGone: true);
                case Deletion.Decision.Mark mark when options.IsDryRun:
                    return new DeleteOutcome(StoredObject.From(kind.Prepare(mark.Value), current.Revision, keepValue: true), IsGone: mark.ThenRemove);
                case Deletion.Decision.Mark mark when await store.PutAsync(kind, kind.Prepare(mark.Value), current, null, ct) is { } marked:
                    return mark.ThenRemove ? await RemoveMarkedAsync(kind, marked) : new DeleteOutcome(marked, IsGone: false);
                case Deletion.Decision.Nothing:
                    return new DeleteOutcome(current, IsGone: false);
                default:
                    break; // Somebody else changed it meanwhile: look again.
            }

            if (tries == TriesMax)
            {
                throw StatusErrors.Modified(kind.Type, name).AsException();
            }
        }
    }

    // The mark is made: the rest is not given up because the caller is gone, nor because somebody writes at the same time.
    private async Task<DeleteOutcome> RemoveMarkedAsync(Kind kind, StoredObject marked)
    {
        while (true)
        {
            if (await store.RemoveAsync(kind, marked, CancellationToken.None) is { } gone)
            {
                return new DeleteOutcome(gone, IsGone: true);
            }

            var now = await store.FindAsync(kind, marked.Key, CancellationToken.None);
            if (now is null || now.Value.Metadata.UID != marked.Value.Metadata.UID)
            {
                return new DeleteOutcome(marked, IsGone: true); // Somebody else was faster.
            }

            if (!Deletion.IsReleasedBy(now.Value))
            {
                return new DeleteOutcome(now, IsGone: false);
            }

            marked = now;
        }
    }

    private static string? Violates(Preconditions wanted, ObjectMeta metadata, StoredObject current) =>
        wanted.UID is { } uid && uid != metadata.UID
            ? $"the UID in the precondition ({uid}) does not match the UID in record ({metadata.UID}). The object might have been deleted and then recreated"
        : wanted.ResourceVersion is { } version && version != Revisions.Text(current.Revision)
            ? $"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({current.Revision}). The object might have been modified"
        : null;

    // Nobody can say what it was: neither finalizers nor preconditions are looked at.
    private async Task<DeleteOutcome> RemoveUnreadableAsync(Kind kind, string key, string name, WriteOptions options, CancellationToken ct)
    {
        if (!options.User.IsIn("system:masters"))
        {
            throw StatusErrors.Forbidden(kind.Type, name, "only administrators may delete what cannot be read").AsException();
        }

        var gone = await store.RemoveUnreadAsync(kind, key, name, ct) ?? throw StatusErrors.NotFound(kind.Type, name).AsException();
        return new DeleteOutcome(gone, IsGone: true);
    }
}
