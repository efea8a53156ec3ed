using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;
using Navarch.Api.Meta.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Handlers;

/// <summary>What a list asks for, however it came in.</summary>
internal sealed record ListRequest(Kind Kind, Selection Selection)
{
    public string ResourceVersion { get; init; } = "";

    public string ResourceVersionMatch { get; init; } = "";

    public int Limit { get; init; }

    public string Continue { get; init; } = "";

    public bool? SendInitialEvents { get; init; }

    public static ListRequest Of(Kind kind, string @namespace, RequestOptions options) =>
        new(kind, Selection.Parse(kind, @namespace, options.LabelSelector, options.FieldSelector))
        {
            ResourceVersion = options.ResourceVersion,
            ResourceVersionMatch = options.ResourceVersionMatch,
            Limit = options.Limit,
            Continue = options.Continue,
            SendInitialEvents = options.SendInitialEvents,
        };
}

/// <summary>One page of a list: objects of one snapshot, in the order of their keys.</summary>
internal sealed record ListPage(ListMeta Metadata, List<StoredObject> Items)
{
    // How long a reader waits for a version that the server has not seen yet.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <exception cref="StatusException">400, 410, 422, 504.</exception>
    public static async Task<ListPage> ReadAsync(ListRequest request, Cache cache, TimeProvider time, CancellationToken ct)
    {
        OptionRules.CheckList(request.ResourceVersion, request.ResourceVersionMatch, request.Continue, request.SendInitialEvents);
        var kind = request.Kind;
        var after = "";
        long revision;
        Snapshot snapshot;
        if (request.Continue.Length > 0)
        {
            var token = ContinueToken.Parse(request.Continue);
            if (request.ResourceVersion is not ("" or "0"))
            {
                throw StatusErrors.BadRequest("specifying resource version is not allowed when using continue").AsException();
            }

            after = token.After;
            (snapshot, revision) = token.Revision < 0
                ? await NewestAsync(kind, cache, ct)
                : (await PastAsync(token.Revision, request, cache, time, ct) ?? throw PageExpired(after), token.Revision);
        }
        else
        {
            (snapshot, revision) = await AtAsync(request, cache, time, ct);
        }

        var items = new List<StoredObject>(request.Limit > 0 ? Math.Min(request.Limit, 512) : 64);
        var (hasMore, last) = Collect(snapshot.Objects, request.Selection, after, request.Limit, items);
        var metadata = new ListMeta { ResourceVersion = Revisions.Text(revision) };
        if (hasMore)
        {
            kind.Objects.Retain(snapshot, revision);
            metadata = metadata with
            {
                Continue = new ContinueToken(revision, last).ToString(),
                RemainingItemCount = request.Selection.IsWholeScope ? Remaining(snapshot.Objects, request.Selection.Namespace, last) : null,
            };
        }

        kind.Objects.Counters.AddList(items.Count);
        return new ListPage(metadata, items);
    }

    // A token may name a version that only another server of the cluster has seen yet.
    private static async Task<Snapshot?> PastAsync(long revision, ListRequest request, Cache cache, TimeProvider time, CancellationToken ct)
    {
        await cache.WaitForClientAsync(revision, Patience, time, ct);
        return request.Kind.Objects.FindAt(revision);
    }

    private static async Task<(Snapshot Snapshot, long Revision)> AtAsync(ListRequest request, Cache cache, TimeProvider time, CancellationToken ct)
    {
        var kind = request.Kind;
        if (request.ResourceVersion.Length == 0)
        {
            return await NewestAsync(kind, cache, ct);
        }

        if (!Revisions.TryParse(request.ResourceVersion, out var wanted))
        {
            throw StatusErrors.BadRequest("invalid resource version: " + Revisions.Problem(request.ResourceVersion)).AsException();
        }

        var isExact = request.ResourceVersionMatch == "Exact" || (request.ResourceVersionMatch.Length == 0 && request.Limit > 0 && wanted > 0);
        if (wanted > 0)
        {
            await cache.WaitForClientAsync(wanted, Patience, time, ct);
        }

        return isExact
            ? (kind.Objects.FindAt(wanted) ?? throw StatusErrors.Expired("The resourceVersion for the provided list is too old.").AsException(), wanted)
            : Now(kind, cache);
    }

    private static async Task<(Snapshot Snapshot, long Revision)> NewestAsync(Kind kind, Cache cache, CancellationToken ct)
    {
        await cache.WaitForFreshAsync(ct);
        return Now(kind, cache);
    }

    private static (Snapshot Snapshot, long Revision) Now(Kind kind, Cache cache)
    {
        // Read in this order: the snapshot holds everything up to `applied`, and if it holds more, its own last change says so.
        var applied = cache.Applied;
        var snapshot = kind.Objects.Current;
        return (snapshot, Math.Max(applied, snapshot.Revision));
    }

    private static (bool HasMore, string Last) Collect(ObjectMap objects, Selection selection, string after, int limit, List<StoredObject> items)
    {
        if (selection.Key is { } key)
        {
            if (string.CompareOrdinal(key, after) > 0 && objects.Find(key) is { } only && selection.Matches(only))
            {
                items.Add(only);
            }

            return (false, "");
        }

        var prefix = selection.Namespace.Length == 0 ? "" : selection.Namespace + "/";
        var walk = objects.From(after.Length > 0 ? after : prefix);
        while (walk.MoveNext())
        {
            var value = walk.Current;
            if (prefix.Length > 0 && value.Namespace != selection.Namespace)
            {
                break;
            }

            if (value.Key == after || !selection.Matches(value))
            {
                continue;
            }

            if (limit > 0 && items.Count == limit)
            {
                return (true, items[^1].Key);
            }

            items.Add(value);
        }

        return (false, "");
    }

    private static long Remaining(ObjectMap objects, string @namespace, string last)
    {
        // '0' is the character after '/': the first key behind the namespace's.
        var end = @namespace.Length == 0 ? objects.Count : objects.CountBefore(@namespace + "0");
        return end - objects.CountBefore(last) - 1;
    }

    private static StatusException PageExpired(string after)
    {
        var status = StatusErrors.Expired(
            "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, "
            + "or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an "
            + "inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.");
        return (status with { ListMeta = new ListMeta { Continue = new ContinueToken(-1, after).ToString() } }).AsException();
    }
}
