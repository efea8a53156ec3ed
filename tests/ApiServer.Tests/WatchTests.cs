using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests;

public sealed class WatchTests
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";

    [Fact]
    public async Task Changes_after_a_list_are_seen_in_order()
    {
        await using var server = await TestServer.StartAsync();
        var list = await server.Admin.AskAsync(Maps);
        var a = await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"}}""");
        await using var watch = await WatchReader.OpenAsync(server.Admin, $"{Maps}?watch=true&resourceVersion={list.Version}");

        await server.Admin.PatchAsync(Maps + "/a", "merge-patch+json", """{"data":{"k":"v"}}""");
        await server.Admin.RemoveAsync(Maps + "/a");

        Assert.Equal(["ADDED a", "MODIFIED a", "DELETED a"], await watch.NextAsync(3));
        Assert.NotEqual("", a.Version);
    }

    [Fact]
    public async Task A_deleted_object_carries_the_version_of_its_deletion()
    {
        await using var server = await TestServer.StartAsync();
        var created = await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"}}""");
        await using var watch = await WatchReader.OpenAsync(server.Admin, $"{Maps}?watch=true&resourceVersion={created.Version}");

        await server.Admin.RemoveAsync(Maps + "/a");

        var (type, value) = (await watch.NextAsync())!.Value;
        Assert.Equal("DELETED", type);
        Assert.True(long.Parse((string)value["metadata"]!["resourceVersion"]!, null) > long.Parse(created.Version, null));
    }

    [Fact]
    public async Task Objects_enter_and_leave_a_selection()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"}}""");
        await using var watch = await WatchReader.OpenAsync(server.Admin, $"{Maps}?watch=true&labelSelector=on");

        await server.Admin.PatchAsync(Maps + "/a", "merge-patch+json", """{"metadata":{"labels":{"on":"1"}}}""");
        await server.Admin.PatchAsync(Maps + "/a", "merge-patch+json", """{"metadata":{"labels":{"on":"2"}}}""");
        await server.Admin.PatchAsync(Maps + "/a", "merge-patch+json", """{"metadata":{"labels":{"on":null}}}""");

        Assert.Equal(["ADDED a", "MODIFIED a", "DELETED a"], await watch.NextAsync(3));
    }

    [Fact]
    public async Task A_watch_of_one_name_sees_only_it()
    {
        await using var server = await TestServer.StartAsync();
        await using var watch = await WatchReader.OpenAsync(server.Admin, $"{Maps}?watch=true&fieldSelector=metadata.name%3Db");

        await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"}}""");
        await server.Admin.PostAsync(Maps, """{"metadata":{"name":"b"}}""");

        Assert.Equal(["ADDED b"], await watch.NextAsync(1));
    }

    [Fact]
    public async Task Initial_events_end_with_a_marked_bookmark()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"}}""");
        await using var watch = await WatchReader.OpenAsync(
            server.Admin, $"{Maps}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");

        Assert.Equal(["ADDED a"], await watch.NextAsync(1));
        var (type, value) = (await watch.NextAsync())!.Value;
        Assert.Equal(("BOOKMARK", "true"), (type, (string)value["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!));
    }

    [Fact]
    public async Task A_watch_ends_after_the_time_the_client_named()
    {
        await using var server = await TestServer.StartAsync();
        await using var watch = await WatchReader.OpenAsync(server.Admin, $"{Maps}?watch=true&timeoutSeconds=1");

        Assert.Null(await watch.NextAsync());
    }

    [Fact]
    public async Task Stopping_the_server_ends_watches()
    {
        await using var server = await TestServer.StartAsync();
        await using var watch = await WatchReader.OpenAsync(server.Admin, $"{Maps}?watch=true");

        await server.Host.StopAsync();

        Assert.Null(await watch.NextAsync());
    }
}
