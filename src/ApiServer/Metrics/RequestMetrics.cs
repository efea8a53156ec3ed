using System.Collections.Concurrent;
using Navarch.ApiServer.Pipeline;

namespace Navarch.ApiServer.Metrics;

/// <summary>Counts and times requests under upstream's metric names. Labels come from what is served, never from what is sent.</summary>
internal sealed class RequestMetrics(Func<RequestInfo, RequestTarget?> served, RequestLimits limits)
{
    private static readonly double[] Seconds =
        [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];

    private static readonly double[] Bytes = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

    private static readonly RequestTarget None = new("", "", "");

    private readonly ConcurrentDictionary<Key, Series> series = new();

    /// <param name="bytes">Length of the answer where it is known, else 0.</param>
    public void Ended(RequestInfo info, RequestOptions options, bool isApply, int code, TimeSpan elapsed, long bytes)
    {
        var target = info.IsResource ? served(info) ?? None : None;
        var key = new Key(
            target,
            target == None ? KnownPath(info.Path) : KnownSubresource(info.Subresource),
            Verb(info, isApply),
            Scope(info),
            options.IsDryRun && info.Verb is not ("get" or "list" or "watch"));
        var counted = series.GetOrAdd(key, static key => new Series(key.Verb is "GET" or "LIST"));
        counted.Codes.AddOrUpdate(code, 1, static (_, count) => count + 1);
        counted.Durations.Add(elapsed.TotalSeconds);
        counted.Sizes?.Add(bytes);
    }

    public void Write(MetricsText text)
    {
        text.Begin("apiserver_request_total", "counter", "Requests by verb, dry run, resource, scope and code of the answer.");
        foreach (var (key, value) in series)
        {
            foreach (var (code, count) in value.Codes)
            {
                text.Add($"code=\"{code}\",{Labels(key, hasDryRun: true)}", count);
            }
        }

        text.Begin("apiserver_request_duration_seconds", "histogram", "How long requests took, in seconds.");
        foreach (var (key, value) in series)
        {
            text.Add(Labels(key, hasDryRun: true), value.Durations);
        }

        text.Begin("apiserver_response_sizes", "histogram", "Length of answers to reads, in bytes.");
        foreach (var (key, value) in series)
        {
            if (value.Sizes is { } sizes)
            {
                text.Add(Labels(key, hasDryRun: false), sizes);
            }
        }

        var (reads, writes, _) = limits.Current;
        text.Begin("apiserver_current_inflight_requests", "gauge", "Requests under way that have a natural end.");
        text.Add("request_kind=\"mutating\"", writes);
        text.Add("request_kind=\"readOnly\"", reads);
        text.Begin("apiserver_dropped_requests_total", "counter", "Requests that were told to come back later.");
        text.Add("request_kind=\"mutating\"", limits.Dropped.Writes);
        text.Add("request_kind=\"readOnly\"", limits.Dropped.Reads);
    }

    private static string Labels(Key key, bool hasDryRun)
    {
        var dryRun = !hasDryRun ? "" : key.IsDryRun ? "dry_run=\"All\"," : "dry_run=\"\",";
        return $"component=\"apiserver\",{dryRun}group=\"{key.Target.Group}\",resource=\"{key.Target.Resource}\",scope=\"{key.Scope}\",subresource=\"{key.Subresource}\",verb=\"{key.Verb}\",version=\"{key.Target.Version}\"";
    }

    private static string Verb(RequestInfo info, bool isApply) => info switch
    {
        { Subresource: "exec" or "attach" or "portforward" or "proxy" } => "CONNECT",
        { Verb: "patch" } when isApply => "APPLY",
        _ => info.Verb switch
        {
            "get" or "head" => "GET",
            "list" => "LIST",
            "watch" => "WATCH",
            "create" or "post" => "POST",
            "update" or "put" => "PUT",
            "patch" => "PATCH",
            "delete" => "DELETE",
            "deletecollection" => "DELETECOLLECTION",
            _ => "other",
        },
    };

    private static string Scope(RequestInfo info) =>
        !info.IsResource ? ""
        : info.Name.Length > 0 || info.Verb == "create" ? "resource"
        : info.Namespace.Length > 0 ? "namespace"
        : "cluster";

    private static string KnownSubresource(string name) => name is
        "" or "status" or "scale" or "binding" or "eviction" or "log" or "exec" or "attach" or "portforward" or "proxy" or "finalize" or "token" or "ephemeralcontainers" or "resize" or "approval"
        ? name : "other";

    private static string KnownPath(string path) => path is "/" or "/api" or "/apis" or "/version" or "/metrics" or "/openapi/v2" or "/openapi/v3" ? path : "";

    private readonly record struct Key(RequestTarget Target, string Subresource, string Verb, string Scope, bool IsDryRun);

    private sealed class Series(bool isRead)
    {
        public ConcurrentDictionary<int, long> Codes { get; } = new();

        public Histogram Durations { get; } = new(Seconds);

        public Histogram? Sizes { get; } = isRead ? new(Bytes) : null;
    }
}

/// <summary>A served resource as metrics name it. One instance each, so that finding a series does not compare texts.</summary>
internal sealed class RequestTarget(string group, string version, string resource)
{
    public string Group => group;

    public string Version => version;

    public string Resource => resource;
}
