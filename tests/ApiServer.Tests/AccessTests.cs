using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests;

public sealed class AccessTests
{
    [Fact]
    public async Task Nobody_is_anonymous_but_health_is_open()
    {
        await using var server = await TestServer.StartAsync();
        var stranger = server.ClientOf(null);

        var answer = await stranger.AskAsync("/api/v1/namespaces");
        Assert.Equal((401, "Unauthorized", "Unauthorized"), (answer.Code, answer.Reason, answer.Message));
        Assert.Equal("ok", (await stranger.AskAsync("/healthz")).Text);
        Assert.Contains("[+]etcd ok", (await stranger.AskAsync("/readyz?verbose")).Text);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_worth_nothing()
    {
        await using var server = await TestServer.StartAsync();
        using var other = new TestAuthority();
        var impostor = server.ClientOf(other.Client("admin", "system:masters"));

        Assert.Equal(401, (await impostor.AskAsync("/api/v1/namespaces")).Code);
    }

    [Fact]
    public async Task Users_without_rights_are_refused_by_name()
    {
        await using var server = await TestServer.StartAsync();
        var eve = server.ClientOf(server.Authority.Client("eve", "developers"));

        var answer = await eve.AskAsync("/api/v1/namespaces/default/pods/x");
        Assert.Equal("pods \"x\" is forbidden: User \"eve\" cannot get resource \"pods\" in API group \"\" in the namespace \"default\"", answer.Message);
        var path = await eve.AskAsync("/metrics");
        Assert.Equal("forbidden: User \"eve\" cannot get path \"/metrics\"", path.Message);
    }

    [Theory]
    [InlineData("/api/v1/namespaces/default/nodes")]
    [InlineData("/api/v1/pods/x")]
    [InlineData("/api/v1//pods")]
    [InlineData("/api/v1/nothings")]
    [InlineData("/apis/apps/v9/deployments")]
    [InlineData("/nowhere")]
    public async Task Paths_that_lead_nowhere_are_not_found(string path)
    {
        await using var server = await TestServer.StartAsync();

        Assert.Equal(404, (await server.Admin.AskAsync(path)).Code);
    }

    [Fact]
    public async Task Bodies_beyond_three_megabytes_are_refused()
    {
        await using var server = await TestServer.StartAsync();

        var answer = await server.Admin.PostAsync("/api/v1/namespaces/default/configmaps", $$$"""{"metadata":{"name":"a"},"data":{"k":"{{{new string('x', 4 << 20)}}}"}}""");

        Assert.Equal((413, "RequestEntityTooLarge"), (answer.Code, answer.Reason));
    }

    [Fact]
    public async Task Unknown_media_types_are_refused()
    {
        await using var server = await TestServer.StartAsync();

        Assert.Equal(415, (await server.Admin.SendAsync(HttpMethod.Post, "/api/v1/namespaces/default/configmaps", "x", "text/plain")).Code);
        Assert.Equal(415, (await server.Admin.SendAsync(HttpMethod.Patch, "/api/v1/namespaces/default/configmaps/a", "{}", "application/json")).Code);
    }

    [Fact]
    public async Task Undecodable_bodies_say_where_and_why()
    {
        await using var server = await TestServer.StartAsync();

        var answer = await server.Admin.PostAsync("/api/v1/namespaces/default/configmaps", """{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"},"data":{"lives":3}}""");

        Assert.Equal((400, "BadRequest"), (answer.Code, answer.Reason));
        Assert.Equal("ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string", answer.Message);
    }

    [Fact]
    public async Task Unknown_fields_are_warned_of_or_refused_as_asked()
    {
        await using var server = await TestServer.StartAsync();
        const string Body = """{"metadata":{"name":"a"},"dat":{"k":"v"}}""";
        const string Maps = "/api/v1/namespaces/default/configmaps?dryRun=All&fieldValidation=";

        Assert.Equal(["299 - \"unknown field \\\"dat\\\"\""], (await server.Admin.PostAsync(Maps + "Warn", Body)).Warnings);
        Assert.Empty((await server.Admin.PostAsync(Maps + "Ignore", Body)).Warnings);
        var strict = await server.Admin.PostAsync(Maps + "Strict", Body);
        Assert.Equal((400, "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"dat\""), (strict.Code, strict.Message));
    }
}
