using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests;

public sealed class CrudTests
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";

    [Fact]
    public async Task An_object_is_created_read_updated_listed_and_deleted()
    {
        await using var server = await TestServer.StartAsync();

        var created = await server.Admin.PostAsync(Maps, """{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"},"data":{"k":"v"}}""");
        Assert.Equal(201, created.Code);
        Assert.StartsWith("""{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","namespace":"default","uid":""", created.Text);
        Assert.Equal(created.Text, (await server.Admin.AskAsync(Maps + "/a")).Text);

        var updated = await server.Admin.PutAsync(Maps + "/a", created.Text.Replace("\"v\"", "\"w\"", StringComparison.Ordinal));
        Assert.Equal(200, updated.Code);
        Assert.NotEqual(created.Version, updated.Version);

        var list = await server.Admin.AskAsync(Maps);
        Assert.Equal("ConfigMapList", (string)list.Json["kind"]!);
        Assert.Equal("w", (string)Assert.Single(list.Items)!["data"]!["k"]!);
        Assert.Null(list.Items[0]!["kind"]);

        var deleted = await server.Admin.RemoveAsync(Maps + "/a");
        Assert.Equal(200, deleted.Code);
        Assert.Equal("Success", (string)deleted.Json["status"]!);
        var missing = await server.Admin.AskAsync(Maps + "/a");
        Assert.Equal((404, "NotFound", "configmaps \"a\" not found"), (missing.Code, missing.Reason, missing.Message));
    }

    [Fact]
    public async Task An_update_of_an_old_version_conflicts()
    {
        await using var server = await TestServer.StartAsync();
        var created = await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"},"data":{"k":"v"}}""");
        await server.Admin.PutAsync(Maps + "/a", created.Text.Replace("\"v\"", "\"w\"", StringComparison.Ordinal));

        var late = await server.Admin.PutAsync(Maps + "/a", created.Text.Replace("\"v\"", "\"x\"", StringComparison.Ordinal));

        Assert.Equal(409, late.Code);
        Assert.Equal("Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your changes to the latest version and try again", late.Message);
    }

    [Fact]
    public async Task An_update_that_changes_nothing_writes_nothing()
    {
        await using var server = await TestServer.StartAsync();
        var created = await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"},"data":{"k":"v"}}""");

        var same = await server.Admin.PutAsync(Maps + "/a", created.Text);

        Assert.Equal(created.Version, same.Version);
    }

    [Fact]
    public async Task Objects_survive_a_restart_with_their_versions()
    {
        await using var server = await TestServer.StartAsync();
        var created = await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"},"data":{"k":"v"}}""");

        await server.RestartAsync();

        Assert.Equal(created.Text, (await server.Admin.AskAsync(Maps + "/a")).Text);
    }

    [Fact]
    public async Task A_name_is_generated_from_a_prefix()
    {
        await using var server = await TestServer.StartAsync();

        var created = await server.Admin.PostAsync(Maps, """{"metadata":{"generateName":"web-"}}""");

        Assert.Matches("^web-[bcdfghjklmnpqrstvwxz2456789]{5}$", (string)created.Json["metadata"]!["name"]!);
    }

    [Fact]
    public async Task A_name_that_exists_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"}}""");

        var again = await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"}}""");

        Assert.Equal((409, "AlreadyExists", "configmaps \"a\" already exists"), (again.Code, again.Reason, again.Message));
    }

    [Fact]
    public async Task Nothing_is_created_in_a_missing_namespace()
    {
        await using var server = await TestServer.StartAsync();

        var answer = await server.Admin.PostAsync("/api/v1/namespaces/nowhere/configmaps", """{"metadata":{"name":"a"}}""");

        Assert.Equal((404, "namespaces \"nowhere\" not found"), (answer.Code, answer.Message));
    }

    [Fact]
    public async Task A_dry_run_changes_nothing()
    {
        await using var server = await TestServer.StartAsync();

        Assert.Equal(201, (await server.Admin.PostAsync(Maps + "?dryRun=All", """{"metadata":{"name":"a"}}""")).Code);
        Assert.Equal(404, (await server.Admin.AskAsync(Maps + "/a")).Code);
    }

    [Fact]
    public async Task An_object_with_finalizers_waits_for_them()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a","finalizers":["example.com/hold"]}}""");

        var marked = await server.Admin.RemoveAsync(Maps + "/a");
        Assert.NotNull(marked.Json["metadata"]!["deletionTimestamp"]);

        var released = await server.Admin.PatchAsync(Maps + "/a", "merge-patch+json", """{"metadata":{"finalizers":null}}""");
        Assert.Equal(200, released.Code);
        Assert.Equal(404, (await server.Admin.AskAsync(Maps + "/a")).Code);
    }

    [Fact]
    public async Task A_stale_precondition_keeps_the_object()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"}}""");

        var answer = await server.Admin.RemoveAsync(Maps + "/a", """{"kind":"DeleteOptions","apiVersion":"v1","preconditions":{"uid":"other"}}""");

        Assert.Equal((409, "Conflict"), (answer.Code, answer.Reason));
        Assert.Equal(200, (await server.Admin.AskAsync(Maps + "/a")).Code);
    }

    [Fact]
    public async Task Patches_of_all_dialects_apply()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"},"data":{"k":"v"}}""");

        await server.Admin.PatchAsync(Maps + "/a", "merge-patch+json", """{"data":{"m":"1"}}""");
        await server.Admin.PatchAsync(Maps + "/a", "json-patch+json", """[{"op":"add","path":"/data/j","value":"2"}]""");
        var last = await server.Admin.PatchAsync(Maps + "/a", "strategic-merge-patch+json", """{"data":{"s":"3","k":null}}""");

        Assert.Equal("""{"j":"2","m":"1","s":"3"}""", last.Json["data"]!.ToJsonString());
    }

    [Fact]
    public async Task A_collection_is_deleted_by_selector()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a","labels":{"x":"1"}}}""");
        await server.Admin.PostAsync(Maps, """{"metadata":{"name":"b"}}""");

        var answer = await server.Admin.RemoveAsync(Maps + "?labelSelector=x%3D1");

        Assert.Equal(200, answer.Code);
        Assert.Equal("b", (string)Assert.Single((await server.Admin.AskAsync(Maps)).Items)!["metadata"]!["name"]!);
    }

    [Fact]
    public async Task Concurrent_patches_all_arrive()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"}}""");

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => server.Admin.PatchAsync(Maps + "/a", "merge-patch+json", $$$"""{"data":{"k{{{i}}}":"v"}}""")));

        Assert.Equal(40, (await server.Admin.AskAsync(Maps + "/a")).Json["data"]!.AsObject().Count);
    }
}
