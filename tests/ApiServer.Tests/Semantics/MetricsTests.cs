using System.Globalization;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Semantics;

public sealed class MetricsTests
{
    [Fact]
    public async Task Requests_objects_and_watches_are_counted_under_known_names()
    {
        await using var server = await TestServer.StartAsync();
        const string Maps = "/api/v1/namespaces/default/configmaps";
        await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"}}""");
        await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"}}""");
        await server.Admin.PostAsync(Maps + "?dryRun=All", """{"metadata":{"name":"b"}}""");
        await server.Admin.AskAsync(Maps);
        await server.Admin.AskAsync("/api/v1/configmaps");
        await server.Admin.AskAsync(Maps + "/a");
        await server.Admin.PatchAsync(Maps + "/a?fieldManager=m", "apply-patch+yaml", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}""");
        await server.Admin.PostAsync("/api/v1/namespaces/default/limitranges", """{"metadata":{"name":"a"},"spec":{"limits":[]}}"""); // Of which the server makes none itself.
        await server.Admin.AskAsync("/api/v1/nonsense-of-a-client");
        await server.Admin.AskAsync("/version");
        await using var watch = await WatchReader.OpenAsync(server.Admin, Maps + "?watch=true");
        await watch.NextAsync(1);
        await server.Admin.PatchAsync(Maps + "/a", "merge-patch+json", """{"data":{"k":"v"}}""");
        await watch.NextAsync(1);

        var answer = await server.Admin.AskAsync("/metrics");
        var lines = answer.Text.Split('\n').ToHashSet();

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.ContentType);
        foreach (var line in (string[])
        [
            """apiserver_request_total{code="201",component="apiserver",dry_run="",group="",resource="configmaps",scope="resource",subresource="",verb="POST",version="v1"} 1""",
            """apiserver_request_total{code="409",component="apiserver",dry_run="",group="",resource="configmaps",scope="resource",subresource="",verb="POST",version="v1"} 1""",
            """apiserver_request_total{code="201",component="apiserver",dry_run="All",group="",resource="configmaps",scope="resource",subresource="",verb="POST",version="v1"} 1""",
            """apiserver_request_total{code="200",component="apiserver",dry_run="",group="",resource="configmaps",scope="namespace",subresource="",verb="LIST",version="v1"} 1""",
            """apiserver_request_total{code="200",component="apiserver",dry_run="",group="",resource="configmaps",scope="cluster",subresource="",verb="LIST",version="v1"} 1""",
            """apiserver_request_total{code="200",component="apiserver",dry_run="",group="",resource="configmaps",scope="resource",subresource="",verb="APPLY",version="v1"} 1""",
            """apiserver_request_total{code="200",component="apiserver",dry_run="",group="",resource="",scope="",subresource="/version",verb="GET",version=""} 1""",
            """apiserver_request_duration_seconds_count{component="apiserver",dry_run="",group="",resource="configmaps",scope="resource",subresource="",verb="GET",version="v1"} 1""",
            """apiserver_request_duration_seconds_bucket{component="apiserver",dry_run="",group="",resource="configmaps",scope="resource",subresource="",verb="GET",version="v1",le="+Inf"} 1""",
            """apiserver_request_duration_seconds_bucket{component="apiserver",dry_run="",group="",resource="configmaps",scope="resource",subresource="",verb="GET",version="v1",le="60"} 1""",
            """apiserver_response_sizes_bucket{component="apiserver",group="",resource="configmaps",scope="resource",subresource="",verb="GET",version="v1",le="1000"} 1""",
            """apiserver_longrunning_requests{component="apiserver",group="",resource="configmaps",scope="cluster",subresource="",verb="WATCH",version="v1"} 1""",
            """apiserver_watch_events_total{group="",kind="ConfigMap",resource="configmaps",version="v1"} 1""",
            """apiserver_watch_events_sizes_bucket{group="",kind="ConfigMap",resource="configmaps",version="v1",le="1024"} 1""",
            """apiserver_init_events_total{group="",resource="configmaps"} 1""",
            """apiserver_storage_objects{resource="limitranges"} 1""",
            """apiserver_storage_objects{resource="deployments.apps"} 0""",
            """apiserver_resource_objects{group="",resource="limitranges"} 1""",
            """apiserver_cache_list_total{group="",resource="configmaps"} 2""",
            """apiserver_current_inflight_requests{request_kind="readOnly"} 1""",
            """apiserver_current_inflight_requests{request_kind="mutating"} 0""",
            "# TYPE apiserver_request_duration_seconds histogram",
            "# TYPE process_cpu_seconds_total counter",
            "# TYPE process_open_fds gauge",
        ])
        {
            Assert.Contains(line, lines);
        }

        Assert.DoesNotContain("nonsense-of-a-client", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_line_is_a_comment_or_a_sample_of_a_declared_metric()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.AskAsync("/api/v1/pods");

        var declared = new HashSet<string>();
        foreach (var line in (await server.Admin.AskAsync("/metrics")).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                Assert.True(declared.Add(line.Split(' ')[2]), line);
                continue;
            }

            if (line.StartsWith('#'))
            {
                continue;
            }

            var name = line[..line.IndexOfAny(['{', ' '])];
            Assert.Contains(declared, metric => name == metric || (name.StartsWith(metric, StringComparison.Ordinal) && name[metric.Length..] is "_bucket" or "_sum" or "_count"));
            Assert.True(double.TryParse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture, out _), line);
        }

        Assert.InRange(declared.Count, 20, 200);
    }
}
