using System.IO.Pipelines;
using Navarch.ApiServer.Metrics;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Streaming;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Handlers;

/// <summary>GET of a collection with <c>watch=true</c>: an answer that grows for as long as it lives.</summary>
internal sealed class WatchHandler(Cache cache, TimeProvider time, Random random)
{
    private const int BytesPerFlush = 256 * 1024;

    // Half an hour at least, and not all at once: clients come back, and a server must not see them all together.
    private static readonly TimeSpan LifetimeMin = TimeSpan.FromMinutes(30);

    // How often a reader to whom nothing happens learns where history is, so that it can resume from there.
    private static readonly TimeSpan BookmarkPeriod = TimeSpan.FromSeconds(60);

    public async Task HandleAsync(ApiRequest request, Kind kind)
    {
        var options = request.Options;
        var format = request.Format(Offer.Stream);
        var selection = Selection.Parse(kind, request.Info.Namespace, options.LabelSelector, options.FieldSelector);
        if (request.Info.Name.Length > 0)
        {
            selection = Selection.Parse(kind, request.Info.Namespace, "", $"metadata.name={request.Info.Name}");
        }

        var frames = new WatchFrames(kind, format, options.IncludeObject, time);
        WatchStart start;
        try
        {
            start = await WatchStart.OpenAsync(
                kind, selection, options.ResourceVersion, options.ResourceVersionMatch, options.Continue, options.SendInitialEvents, cache, time, request.Aborted);
        }
        catch (StatusException e) when (e.Status.Code is 410 or 504)
        {
            // The request is a good one, it is history that does not reach there: that is told as an event of the watch.
            await AnswerAsync(request, frames, (output, ct) =>
            {
                frames.WriteError(output, e.Status);
                return output.FlushAsync(ct).AsTask();
            });
            return;
        }

        try
        {
            await AnswerAsync(request, frames, (output, ct) => StreamAsync(options, kind, selection, start, frames, output, ct));
        }
        finally
        {
            kind.Objects.Unwatch(start.Watcher);
        }
    }

    /// <param name="write">Writes events until there are no more to come, or nobody to read them.</param>
    private static async Task AnswerAsync(ApiRequest request, WatchFrames frames, Func<PipeWriter, CancellationToken, Task> write)
    {
        if (OneWaySocket.Find(request.Http) is { } upgrade)
        {
            // No protocol changes what is sent; but a browser that offers some waits for one of them.
            var protocol = WebSocketProtocols.Of(request.Http.Request.Headers).FirstOrDefault();
            await OneWaySocket.RunAsync(request, upgrade, protocol, frames.IsText ? Framing.Lines : Framing.Lengths, write);
            return;
        }

        var response = request.Http.Response;
        response.Headers.CacheControl = "no-cache, private";
        response.ContentType = frames.ContentType;
        await write(response.BodyWriter, request.Aborted);
    }

    private async Task StreamAsync(
        RequestOptions options, Kind kind, Selection selection, WatchStart start, WatchFrames frames, PipeWriter output, CancellationToken ct)
    {
        var watcher = start.Watcher;
        await output.FlushAsync(ct); // The headers tell the client that the watch has begun.
        if (start.Initial is { } initial)
        {
            await WriteInitialAsync(initial, selection, output, frames, kind.Objects.Counters, ct);
            if (options is { SendInitialEvents: true, AllowWatchBookmarks: true })
            {
                frames.WriteBookmark(output, start.InitialRevision, endsInitialEvents: true);
            }
        }

        var isOver = false;
        var isBookmarkDue = false;
        using var onAbort = ct.UnsafeRegister(static w => ((Watcher)w!).Nudge(), watcher);
        await using var lifetime = time.CreateTimer(_ => { Volatile.Write(ref isOver, true); watcher.Nudge(); }, null, Lifetime(options.TimeoutSeconds), Timeout.InfiniteTimeSpan);
        await using var bookmarks = !options.AllowWatchBookmarks ? null : time.CreateTimer(
            _ => { Volatile.Write(ref isBookmarkDue, true); watcher.Nudge(); }, null, BookmarkPeriod * (0.75 + (NextDouble() / 2)), BookmarkPeriod);
        var told = start.InitialRevision;
        while (true)
        {
            var flushed = await output.FlushAsync(ct);
            if (watcher.IsEnded && !watcher.HasUnread)
            {
                kind.Objects.Counters.AddCutOff();
                return;
            }

            if (flushed.IsCompleted || flushed.IsCanceled || ct.IsCancellationRequested)
            {
                return;
            }

            await watcher.WaitAsync();

            // Everything up to here is in the queue already: see Cache.Advance.
            var applied = cache.Applied;
            var isDrained = Drain(watcher, output, frames, kind.Objects.Counters.EventSizes, ref told);
            if (!isDrained)
            {
                continue; // Lets the connection say whether it can take more.
            }

            if (Volatile.Read(ref isOver) || (isBookmarkDue && applied > told))
            {
                Volatile.Write(ref isBookmarkDue, false);
                if (options.AllowWatchBookmarks && applied > told)
                {
                    told = applied;
                    frames.WriteBookmark(output, applied, endsInitialEvents: false);
                }
            }

            if (Volatile.Read(ref isOver))
            {
                await output.FlushAsync(ct);
                return;
            }
        }
    }

    private static bool Drain(Watcher watcher, PipeWriter output, WatchFrames frames, Histogram sizes, ref long told)
    {
        var bytes = 0;
        while (bytes < BytesPerFlush)
        {
            if (!watcher.TryRead(out var item))
            {
                return true;
            }

            frames.Write(output, item);
            told = item.Object.Revision;
            bytes += item.Object.Json.Length;
            sizes.Add(item.Object.Json.Length);
        }

        return false;
    }

    private static async Task WriteInitialAsync(ObjectMap initial, Selection selection, PipeWriter output, WatchFrames frames, CollectionCounters counters, CancellationToken ct)
    {
        if (selection.Key is { } key)
        {
            if (initial.Find(key) is { } only && selection.Matches(only))
            {
                frames.Write(output, new WatchItem(WatchItemType.Added, only));
                counters.AddInitialEvents(1);
            }

            return;
        }

        var prefix = selection.Namespace.Length == 0 ? "" : selection.Namespace + "/";
        var walk = initial.From(prefix);
        var (unflushed, written) = (0, 0);
        while (walk.MoveNext())
        {
            if (prefix.Length > 0 && walk.Current.Namespace != selection.Namespace)
            {
                break;
            }

            if (!selection.Matches(walk.Current))
            {
                continue;
            }

            frames.Write(output, new WatchItem(WatchItemType.Added, walk.Current));
            written++;
            unflushed += walk.Current.Json.Length;
            if (unflushed >= BytesPerFlush)
            {
                unflushed = 0;
                await output.FlushAsync(ct);
            }
        }

        counters.AddInitialEvents(written);
    }

    private TimeSpan Lifetime(int? seconds) =>
        seconds is > 0 and var asked ? TimeSpan.FromSeconds(Math.Min(asked, 86_400)) : LifetimeMin * (1 + NextDouble());

    private double NextDouble()
    {
        lock (random)
        {
            return random.NextDouble();
        }
    }
}
