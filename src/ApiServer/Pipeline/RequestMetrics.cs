using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Navarch.ApiServer.Pipeline;

/// <summary>Counts and times requests under upstream's metric names. Labels come from what is served, never from what is sent.</summary>
internal sealed class RequestMetrics(Func<RequestInfo, bool> isServed, TimeSpan[] bounds)
{
    private readonly ConcurrentDictionary<(string Verb, string Group, string Version, string Resource, string Subresource, int Code), Series> series = new();
    private readonly ConcurrentDictionary<string, StrongBox> inFlight = new(StringComparer.Ordinal);

    public static RequestMetrics Create(Func<RequestInfo, bool> isServed) => new(
        isServed,
        [.. new[] { 5, 25, 50, 100, 200, 400, 600, 800, 1000, 1250, 1500, 2000, 3000, 4000, 5000, 6000, 8000, 10_000, 15_000, 20_000, 30_000, 45_000, 60_000 }.Select(static ms => TimeSpan.FromMilliseconds(ms))]);

    public void Began(RequestInfo info) => Interlocked.Increment(ref InFlight(info).Value);

    public void Ended(RequestInfo info, int code, TimeSpan elapsed, bool hasBegun)
    {
        var isKnown = info.IsResource && isServed(info);
        var key = isKnown
            ? (info.Verb.ToUpperInvariant(), info.Group, info.Version, info.Resource, KnownSubresource(info.Subresource), code)
            : (info.Verb.ToUpperInvariant(), "", "", "", "", code);
        series.GetOrAdd(key, static (_, buckets) => new Series(buckets), bounds.Length).Add(elapsed, bounds);
        if (hasBegun)
        {
            Interlocked.Decrement(ref InFlight(info).Value);
        }
    }

    public void Write(StringBuilder text)
    {
        text.Append("# TYPE apiserver_request_total counter\n");
        foreach (var (key, value) in series)
        {
            text.Append(CultureInfo.InvariantCulture, $"apiserver_request_total{{code=\"{key.Code}\",group=\"{key.Group}\",resource=\"{key.Resource}\",subresource=\"{key.Subresource}\",verb=\"{key.Verb}\",version=\"{key.Version}\"}} {value.Count}\n");
        }

        text.Append("# TYPE apiserver_request_duration_seconds histogram\n");
        foreach (var (key, value) in series)
        {
            value.Write(text, $"group=\"{key.Group}\",resource=\"{key.Resource}\",subresource=\"{key.Subresource}\",verb=\"{key.Verb}\",version=\"{key.Version}\",code=\"{key.Code}\"", bounds);
        }

        text.Append("# TYPE apiserver_current_inflight_requests gauge\n");
        foreach (var (kind, value) in inFlight)
        {
            text.Append(CultureInfo.InvariantCulture, $"apiserver_current_inflight_requests{{request_kind=\"{kind}\"}} {value.Value}\n");
        }
    }

    private static string KnownSubresource(string name) =>
        name is "" or "status" or "scale" or "binding" or "eviction" or "log" or "exec" or "attach" or "portforward" or "proxy" or "finalize" or "token" or "ephemeralcontainers" or "resize" or "approval" ? name : "other";

    private StrongBox InFlight(RequestInfo info) =>
        inFlight.GetOrAdd(info.Verb is "get" or "list" or "head" ? "readOnly" : info.Verb == "watch" ? "watch" : "mutating", static _ => new StrongBox());

    private sealed class StrongBox
    {
        public long Value;
    }

    private sealed class Series(int buckets)
    {
        private readonly long[] counts = new long[buckets + 1];
        private long ticks;
        private long count;

        public long Count => Volatile.Read(ref count);

        public void Add(TimeSpan elapsed, TimeSpan[] bounds)
        {
            var at = Array.BinarySearch(bounds, elapsed);
            Interlocked.Increment(ref counts[at < 0 ? ~at : at]);
            Interlocked.Add(ref ticks, elapsed.Ticks);
            Interlocked.Increment(ref count);
        }

        public void Write(StringBuilder text, string labels, TimeSpan[] bounds)
        {
            long below = 0;
            for (var i = 0; i < bounds.Length; i++)
            {
                below += Volatile.Read(ref counts[i]);
                text.Append(CultureInfo.InvariantCulture, $"apiserver_request_duration_seconds_bucket{{{labels},le=\"{bounds[i].TotalSeconds}\"}} {below}\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"apiserver_request_duration_seconds_bucket{{{labels},le=\"+Inf\"}} {Count}\n");
            text.Append(CultureInfo.InvariantCulture, $"apiserver_request_duration_seconds_sum{{{labels}}} {TimeSpan.FromTicks(Volatile.Read(ref ticks)).TotalSeconds}\n");
            text.Append(CultureInfo.InvariantCulture, $"apiserver_request_duration_seconds_count{{{labels}}} {Count}\n");
        }
    }
}
