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
        Kind kind, Selection selection, string resourceVersion, string resourceVersionMatch, string @continue, bool? sendInitialEvents, Cache cache, TimeProvider time, CancellationToken ct)
    {
        OptionRules.CheckWatch(resourceVersionMatch, @continue, sendInitialEvents);
        if (!Revisions.TryParse(resourceVersion.Length == 0 ? "0" : resourceVersion, out var revision))
        {
            throw StatusErrors.BadRequest("invalid resource version: " + Revisions.Problem(resourceVersion)).AsException();
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
}
