using System.Text.Json.Nodes;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Semantics;

public sealed class WatchSemanticsTests(SharedServer shared) : IClassFixture<SharedServer>
{
    [Theory]
    [InlineData("resourceVersionMatch=NotOlderThan", "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")]
    [InlineData("resourceVersionMatch=Exact&resourceVersion=1", "ListOptions.meta.k8s.io \"\" is invalid: [resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided, resourceVersionMatch: Unsupported value: \"Exact\": supported values: \"NotOlderThan\"]")]
    [InlineData("sendInitialEvents=true", "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")]
    [InlineData("sendInitialEvents=false", "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")]
    [InlineData("sendInitialEvents=true&resourceVersionMatch=Exact", "ListOptions.meta.k8s.io \"\" is invalid: [resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan, resourceVersionMatch: Unsupported value: \"Exact\": supported values: \"NotOlderThan\"]")]
    public async Task Options_that_do_not_fit_are_refused(string query, string message)
    {
        var answer = await shared.Admin.AskAsync($"/api/v1/configmaps?watch=true&{query}");

        Assert.Equal((422, "Invalid", message), (answer.Code, answer.Reason, answer.Message));
    }

    [Fact]
    public async Task Without_a_version_a_watch_begins_with_what_exists()
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"b"}}""");

        foreach (var query in (string[])["", "&resourceVersion=0", "&resourceVersion="])
        {
            await using var watch = await WatchReader.OpenAsync(shared.Admin, $"{maps}?watch=true{query}");
            Assert.Equal(["ADDED a", "ADDED b"], await watch.NextAsync(2));
        }
    }

    [Fact]
    public async Task From_a_version_on_every_later_change_is_told_deletions_too()
    {
        var maps = await shared.MapsAsync();
        var first = await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"},"data":{"k":"1"}}""");
        await shared.Admin.PatchAsync(maps + "/a", "merge-patch+json", """{"data":{"k":"2"}}""");
        await shared.Admin.RemoveAsync(maps + "/a");
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"},"data":{"k":"3"}}""");

        await using var watch = await WatchReader.OpenAsync(shared.Admin, $"{maps}?watch=true&resourceVersion={first.Version}");
        var events = new List<(string Type, JsonNode Object)>();
        while (events.Count < 3 && await watch.NextAsync() is { } next)
        {
            events.Add(next);
        }

        Assert.Equal(["MODIFIED 2", "DELETED 2", "ADDED 3"], events.Select(static e => $"{e.Type} {e.Object["data"]!["k"]}"));
        var versions = events.Select(static e => long.Parse((string)e.Object["metadata"]!["resourceVersion"]!, null)).ToList();
        Assert.Equal(versions.Order(), versions);
        Assert.Equal(3, versions.Distinct().Count());
    }

    [Fact]
    public async Task An_object_that_leaves_the_selection_is_shown_as_it_was_under_the_new_version()
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a","labels":{"on":"1"}},"data":{"k":"old"}}""");
        await using var watch = await WatchReader.OpenAsync(shared.Admin, $"{maps}?watch=true&labelSelector=on");
        await watch.NextAsync(1);

        var left = await shared.Admin.PatchAsync(maps + "/a", "merge-patch+json", """{"metadata":{"labels":null},"data":{"k":"new"}}""");

        var (type, value) = (await watch.NextAsync())!.Value;
        Assert.Equal(("DELETED", "old", "1"), (type, (string)value["data"]!["k"]!, (string)value["metadata"]!["labels"]!["on"]!));
        Assert.Equal(left.Version, (string)value["metadata"]!["resourceVersion"]!);
    }

    [Fact]
    public async Task Fields_can_be_watched_for_as_labels_can()
    {
        var ns = await shared.NamespaceAsync();
        var pods = $"/api/v1/namespaces/{ns}/pods";
        await using var watch = await WatchReader.OpenAsync(shared.Admin, $"{pods}?watch=true&fieldSelector=spec.nodeName%3Dn1");

        await shared.Admin.PostAsync(pods, """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}""");
        await shared.Admin.PostAsync(pods + "/p/binding", """{"target":{"kind":"Node","name":"n1"}}""");
        await shared.Admin.RemoveAsync(pods + "/p?gracePeriodSeconds=0");

        Assert.Equal("ADDED p", Assert.Single(await watch.NextAsync(1)));
        var rest = await UntilDeletedAsync(watch);
        Assert.Equal("DELETED p", rest[^1]);
    }

    [Fact]
    public async Task One_object_is_watched_by_its_name_or_by_the_old_path()
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"b"}}""");

        await using var byField = await WatchReader.OpenAsync(shared.Admin, $"{maps}?watch=true&fieldSelector=metadata.name%3Db");
        await using var byPath = await WatchReader.OpenAsync(shared.Admin, $"{maps.Replace("/api/v1/", "/api/v1/watch/", StringComparison.Ordinal)}/b");
        await shared.Admin.RemoveAsync(maps + "/a");
        await shared.Admin.RemoveAsync(maps + "/b");

        Assert.Equal(["ADDED b", "DELETED b"], await byField.NextAsync(2));
        Assert.Equal(["ADDED b", "DELETED b"], await byPath.NextAsync(2));
        Assert.Equal(404, (await shared.Admin.AskAsync(maps + "/b?watch=true")).Code);
    }

    [Fact]
    public async Task A_version_that_is_forgotten_ends_the_watch_with_an_error()
    {
        await using var server = await TestServer.StartAsync();
        await server.RestartAsync();
        await using var watch = await WatchReader.OpenAsync(server.Admin, "/api/v1/configmaps?watch=true&resourceVersion=1");

        Assert.Equal(200, (int)watch.StatusCode);
        var (type, status) = (await watch.NextAsync())!.Value;
        Assert.Equal(("ERROR", 410, "Expired"), (type, (int)status["code"]!, (string)status["reason"]!));
        Assert.StartsWith("too old resource version: 1 (", (string)status["message"]!, StringComparison.Ordinal);
        Assert.Null(await watch.NextAsync());
    }

    [Fact]
    public async Task A_list_at_a_version_that_is_forgotten_is_expired()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync("/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"a"}}""");
        await server.Admin.PostAsync("/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"b"}}""");
        var page = await server.Admin.AskAsync("/api/v1/namespaces/default/configmaps?limit=1");
        await server.Admin.PostAsync("/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"c"}}""");
        await server.RestartAsync(); // What was before is history now.

        var list = await server.Admin.AskAsync("/api/v1/configmaps?resourceVersion=1&resourceVersionMatch=Exact");
        Assert.Equal((410, "Expired", "The resourceVersion for the provided list is too old."), (list.Code, list.Reason, list.Message));

        var next = await server.Admin.AskAsync($"/api/v1/namespaces/default/configmaps?limit=1&continue={page.Json["metadata"]!["continue"]}");
        Assert.Equal((410, "Expired"), (next.Code, next.Reason));
        Assert.StartsWith("The provided continue parameter is too old to display a consistent list result.", next.Message, StringComparison.Ordinal);

        var rest = await server.Admin.AskAsync($"/api/v1/namespaces/default/configmaps?continue={next.Json["metadata"]!["continue"]}");
        Assert.Equal(["b", "c"], rest.Items.Select(static item => (string)item!["metadata"]!["name"]!));
    }

    [Fact]
    public async Task A_stream_with_initial_events_marks_their_end()
    {
        var maps = await shared.MapsAsync();
        var a = await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");
        await using var watch = await WatchReader.OpenAsync(
            shared.Admin, $"{maps}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion={a.Version}");

        Assert.Equal(["ADDED a"], await watch.NextAsync(1));
        var (type, mark) = (await watch.NextAsync())!.Value;
        Assert.Equal(("BOOKMARK", "ConfigMap", "v1"), (type, (string)mark["kind"]!, (string)mark["apiVersion"]!));
        Assert.Equal("true", (string)mark["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!);
        Assert.True(long.Parse((string)mark["metadata"]!["resourceVersion"]!, null) >= long.Parse(a.Version, null));
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"b"}}""");
        Assert.Equal(["ADDED b"], await watch.NextAsync(1));
    }

    [Fact]
    public async Task Whoever_takes_no_bookmarks_gets_initial_events_without_an_end()
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");
        await using var watch = await WatchReader.OpenAsync(shared.Admin, $"{maps}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan");

        Assert.Equal(["ADDED a"], await watch.NextAsync(1));
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"b"}}""");
        Assert.Equal(["ADDED b"], await watch.NextAsync(1));
    }

    [Fact]
    public async Task Initial_events_can_be_left_out()
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");
        await using var watch = await WatchReader.OpenAsync(shared.Admin, $"{maps}?watch=true&sendInitialEvents=false&resourceVersionMatch=NotOlderThan");

        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"b"}}""");

        Assert.Equal(["ADDED b"], await watch.NextAsync(1));
    }

    [Fact]
    public async Task Initial_events_of_a_version_of_the_future_end_in_an_error()
    {
        await using var watch = await WatchReader.OpenAsync(
            shared.Admin, "/api/v1/configmaps?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion=99999999");

        var (type, status) = (await watch.NextAsync())!.Value;
        Assert.Equal(("ERROR", 504, "ResourceVersionTooLarge"), (type, (int)status["code"]!, (string)status["details"]!["causes"]![0]!["reason"]!));
    }

    [Fact]
    public async Task A_watch_ends_when_the_client_said_with_a_last_bookmark()
    {
        var maps = await shared.MapsAsync();
        var a = await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");
        await using var watch = await WatchReader.OpenAsync(shared.Admin, $"{maps}?watch=true&timeoutSeconds=1&allowWatchBookmarks=true&resourceVersion={a.Version}");
        await shared.Admin.PostAsync("/api/v1/namespaces/default/configmaps", """{"metadata":{"generateName":"other-"}}""");

        var (type, mark) = (await watch.NextAsync())!.Value;
        Assert.Equal("BOOKMARK", type);
        Assert.True(long.Parse((string)mark["metadata"]!["resourceVersion"]!, null) > long.Parse(a.Version, null));
        Assert.Null(await watch.NextAsync());
    }

    [Fact]
    public async Task Changes_that_change_nothing_are_not_told()
    {
        var maps = await shared.MapsAsync();
        var a = await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"},"data":{"k":"v"}}""");
        await using var watch = await WatchReader.OpenAsync(shared.Admin, $"{maps}?watch=true&resourceVersion={a.Version}");

        await shared.Admin.PutAsync(maps + "/a", a.Text);
        await shared.Admin.PatchAsync(maps + "/a", "merge-patch+json", """{"data":{"k":"v"}}""");
        await shared.Admin.PatchAsync(maps + "/a?dryRun=All", "merge-patch+json", """{"data":{"k":"w"}}""");
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"b"}}""");

        Assert.Equal(["ADDED b"], await watch.NextAsync(1));
    }

    private static async Task<List<string>> UntilDeletedAsync(WatchReader watch)
    {
        var all = new List<string>();
        while (all is not [.., "DELETED p"] && await watch.NextAsync() is var (type, value))
        {
            all.Add($"{type} {value["metadata"]!["name"]}");
        }

        return all;
    }
}
