using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Handlers;

/// <summary>Where a watch begins.</summary>
/// <param name="Initial">What the reader is told exists, before anything happens; null when it goes on from a version.</param>
/// <param name="InitialRevision">The version of <paramref name="Initial"/>.</param>
internal sealed record WatchStart(Watcher Watcher, ObjectMap? Initial, long InitialRevision)
{
    /// <exception cref="StatusException">400, 410, 422, 504.</exception>
    public static async Task<WatchStart> OpenAsync(
        Kind kind, Selection selection, string resourceVersion, string resourceVersionMatch, bool? sendInitialEvents, bool allowBookmarks, Cache cache, TimeProvider time, CancellationToken ct)
    {
        Check(resourceVersionMatch, sendInitialEvents, allowBookmarks);
        if (!Revisions.TryParse(resourceVersion.Length == 0 ? "0" : resourceVersion, out var revision))
        {
            throw StatusErrors.BadRequest($"invalid resource version \"{resourceVersion}\"").AsException();
        }

        var wantsInitial = sendInitialEvents ?? revision == 0;
        if (!wantsInitial && revision > 0)
        {
            return new WatchStart(kind.Objects.WatchAfter(selection, revision), null, revision);
        }

        if (resourceVersion.Length == 0)
        {
            await cache.WaitForFreshAsync(ct);
        }
        else if (revision > 0)
        {
            await cache.WaitForClientAsync(revision, TimeSpan.FromSeconds(3), time, ct);
        }

        // In this order: see ListPage.Now.
        var applied = cache.Applied;
        var watcher = kind.Objects.WatchFromNow(selection, out var snapshot);
        return new WatchStart(watcher, wantsInitial ? snapshot.Objects : null, Math.Max(applied, snapshot.Revision));
    }

    private static void Check(string match, bool? sendInitialEvents, bool allowBookmarks)
    {
        var errors = new FieldErrors();
        if (sendInitialEvents is not null && match != "NotOlderThan")
        {
            errors.Forbidden("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
        }

        if (sendInitialEvents is null && match.Length > 0)
        {
            errors.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
        }

        if (sendInitialEvents == true && !allowBookmarks)
        {
            errors.Forbidden("sendInitialEvents", "sendInitialEvents requires setting allowWatchBookmarks to true");
        }

        if (errors.Any)
        {
            throw StatusErrors.Invalid("meta.k8s.io", "ListOptions", "", errors.All).AsException();
        }
    }
}
