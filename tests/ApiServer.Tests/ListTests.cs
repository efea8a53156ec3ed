using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests;

public sealed class ListTests
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";

    [Fact]
    public async Task Pages_show_one_snapshot_and_say_how_many_remain()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var name in new[] { "a", "b", "c", "d", "e" })
        {
            await server.Admin.PostAsync(Maps, $$$"""{"metadata":{"name":"{{{name}}}"}}""");
        }

        var first = await server.Admin.AskAsync(Maps + "?limit=2");
        Assert.Equal(3, (int)first.Json["metadata"]!["remainingItemCount"]!);
        await server.Admin.RemoveAsync(Maps + "/c");
        await server.Admin.PostAsync(Maps, """{"metadata":{"name":"cc"}}""");

        var second = await server.Admin.AskAsync($"{Maps}?limit=9&continue={Uri.EscapeDataString((string)first.Json["metadata"]!["continue"]!)}");

        Assert.Equal(["c", "d", "e"], second.Items.Select(item => (string)item!["metadata"]!["name"]!));
        Assert.Equal(first.Version, second.Version);
    }

    [Fact]
    public async Task An_exact_version_shows_the_past()
    {
        await using var server = await TestServer.StartAsync();
        var a = await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"}}""");
        await server.Admin.PostAsync(Maps, """{"metadata":{"name":"b"}}""");
        await server.Admin.RemoveAsync(Maps + "/a");

        var past = await server.Admin.AskAsync($"{Maps}?resourceVersion={a.Version}&resourceVersionMatch=Exact");

        Assert.Equal("a", (string)Assert.Single(past.Items)!["metadata"]!["name"]!);
        Assert.Equal(a.Version, past.Version);
    }

    [Fact]
    public async Task A_version_of_the_future_is_too_large()
    {
        await using var server = await TestServer.StartAsync();

        var answer = await server.Admin.AskAsync(Maps + "?resourceVersion=99999999");

        Assert.Equal((504, "Timeout"), (answer.Code, answer.Reason));
        Assert.Equal("ResourceVersionTooLarge", (string)answer.Json["details"]!["causes"]![0]!["reason"]!);
    }

    [Theory]
    [InlineData("labelSelector=a%20in%20(", 400)]
    [InlineData("fieldSelector=spec.nothing%3Dx", 400)]
    [InlineData("continue=nonsense", 400)]
    [InlineData("resourceVersion=abc", 400)]
    [InlineData("resourceVersionMatch=Exact", 422)]
    [InlineData("limit=x", 400)]
    public async Task Bad_parameters_are_refused(string query, int code)
    {
        await using var server = await TestServer.StartAsync();

        Assert.Equal(code, (await server.Admin.AskAsync($"{Maps}?{query}")).Code);
    }

    [Fact]
    public async Task Lists_come_as_tables_yaml_and_metadata()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"},"data":{"k":"true"}}""");

        var table = await server.Admin.GetAsync(Maps, "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");
        Assert.Equal("Table", (string)table.Json["kind"]!);
        Assert.Equal("a", (string)table.Json["rows"]![0]!["cells"]![0]!);
        Assert.Equal("PartialObjectMetadata", (string)table.Json["rows"]![0]!["object"]!["kind"]!);

        var partial = await server.Admin.GetAsync(Maps, "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io");
        Assert.Equal("PartialObjectMetadataList", (string)partial.Json["kind"]!);
        Assert.Null(partial.Items[0]!["data"]);

        var yaml = await server.Admin.GetAsync(Maps + "/a", "application/yaml");
        Assert.Contains("\n  k: \"true\"\n", yaml.Text);
        Assert.Equal(406, (await server.Admin.GetAsync(Maps, "text/html")).Code);
    }
}
