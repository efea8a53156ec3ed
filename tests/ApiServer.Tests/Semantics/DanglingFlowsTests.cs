using System.Text.Json.Nodes;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Semantics;

public sealed class DanglingFlowsTests
{
    private const string Schemas = "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas";
    private const string Levels = "/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations";

    [Fact]
    public async Task A_flow_schema_says_whether_its_level_exists()
    {
        await using var server = await TestServer.StartAsync();
        await using var watch = await WatchReader.OpenAsync(server.Admin, Schemas + "?watch=true&fieldSelector=metadata.name%3Dmine");

        await server.Admin.PostAsync(Schemas, """{"metadata":{"name":"mine"},"spec":{"priorityLevelConfiguration":{"name":"level"},"matchingPrecedence":50}}""");
        Assert.Equal("ADDED", (await watch.NextAsync())!.Value.Type);
        Assert.Equal("""True NotFound This FlowSchema references the PriorityLevelConfiguration object named "level" but there is no such object""", Dangling((await watch.NextAsync())!.Value.Object));

        await server.Admin.PostAsync(Levels, """{"metadata":{"name":"level"},"spec":{"type":"Limited","limited":{"limitResponse":{"type":"Reject"}}}}""");
        var found = (await watch.NextAsync())!.Value.Object;
        Assert.Equal("""False Found This FlowSchema references the PriorityLevelConfiguration object named "level" and it exists""", Dangling(found));
        Assert.Contains("api-priority-and-fairness-config-consumer-v1", found["metadata"]!["managedFields"]!.ToJsonString());

        await server.Admin.PatchAsync(Schemas + "/mine", "merge-patch+json", """{"spec":{"priorityLevelConfiguration":{"name":"other"}}}""");
        await watch.NextAsync();
        Assert.StartsWith("True NotFound", Dangling((await watch.NextAsync())!.Value.Object), StringComparison.Ordinal);
        await server.Admin.PatchAsync(Schemas + "/mine", "merge-patch+json", """{"spec":{"priorityLevelConfiguration":{"name":"level"}}}""");
        await watch.NextAsync();
        Assert.StartsWith("False Found", Dangling((await watch.NextAsync())!.Value.Object), StringComparison.Ordinal);
        await server.Admin.RemoveAsync(Levels + "/level");
        Assert.StartsWith("True NotFound", Dangling((await watch.NextAsync())!.Value.Object), StringComparison.Ordinal);
    }

    private static string Dangling(JsonNode schema)
    {
        var condition = schema["status"]!["conditions"]!.AsArray().Single(static condition => (string)condition!["type"]! == "Dangling")!;
        return $"{condition["status"]} {condition["reason"]} {condition["message"]}";
    }
}
