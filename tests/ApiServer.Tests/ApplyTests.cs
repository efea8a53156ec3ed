using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests;

public sealed class ApplyTests
{
    private const string Map = "/api/v1/namespaces/default/configmaps/a";

    [Fact]
    public async Task Applying_creates_changes_and_takes_away_what_is_no_longer_named()
    {
        await using var server = await TestServer.StartAsync();

        var created = await ApplyAsync(server, "me", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: '1', y: '2'}\n");
        Assert.Equal(201, created.Code);
        Assert.Equal("me", (string)Assert.Single(created.Json["metadata"]!["managedFields"]!.AsArray())!["manager"]!);
        await server.Admin.PatchAsync(Map + "?fieldManager=other", "merge-patch+json", """{"data":{"z":"3"}}""");

        var changed = await ApplyAsync(server, "me", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":"9"}}""");

        Assert.Equal((200, """{"x":"9","z":"3"}"""), (changed.Code, changed.Json["data"]!.ToJsonString()));
        Assert.Equal(["me Apply", "other Update"], changed.Json["metadata"]!["managedFields"]!.AsArray().Select(entry => $"{entry!["manager"]} {entry["operation"]}"));
    }

    [Fact]
    public async Task Applying_the_same_again_writes_nothing()
    {
        await using var server = await TestServer.StartAsync();
        const string Body = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":"1"}}""";
        var first = await ApplyAsync(server, "me", Body);

        Assert.Equal(first.Version, (await ApplyAsync(server, "me", Body)).Version);
    }

    [Fact]
    public async Task Another_managers_value_is_a_conflict_until_forced()
    {
        await using var server = await TestServer.StartAsync();
        await ApplyAsync(server, "me", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":"1"}}""");
        const string Other = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":"2"}}""";

        var refused = await ApplyAsync(server, "you", Other);
        Assert.Equal((409, "Apply failed with 1 conflict: conflict with \"me\": .data.x"), (refused.Code, refused.Message));
        Assert.Equal(("FieldManagerConflict", ".data.x"), ((string)refused.Json["details"]!["causes"]![0]!["reason"]!, (string)refused.Json["details"]!["causes"]![0]!["field"]!));

        var forced = await server.Admin.SendAsync(HttpMethod.Patch, Map + "?fieldManager=you&force=true", Other, "application/apply-patch+yaml");
        Assert.Equal((200, "2"), (forced.Code, (string)forced.Json["data"]!["x"]!));
    }

    [Fact]
    public async Task What_was_there_before_the_first_apply_has_an_owner()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync("/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"a"},"data":{"x":"1"}}""");
        await server.Admin.PatchAsync(Map, "merge-patch+json", """{"metadata":{"managedFields":[{}]}}""");

        var refused = await ApplyAsync(server, "me", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":"2"}}""");

        Assert.Equal("Apply failed with 1 conflict: conflict with \"before-first-apply\" using v1: .data.x", refused.Message);
    }

    [Fact]
    public async Task Every_apply_has_a_manager()
    {
        await using var server = await TestServer.StartAsync();

        var refused = await ApplyAsync(server, "", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}""");

        Assert.Equal((422, "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch"), (refused.Code, refused.Message));
    }

    private static Task<Answer> ApplyAsync(TestServer server, string manager, string body) =>
        server.Admin.SendAsync(HttpMethod.Patch, $"{Map}?fieldManager={manager}", body, "application/apply-patch+yaml");
}
