using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests;

public sealed class ResizeTests
{
    private const string Pods = "/api/v1/namespaces/default/pods";
    private const string Pod = """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"web","image":"i","resources":{"requests":{"cpu":"100m","memory":"64Mi"},"limits":{"cpu":"1"}}}]}}""";

    [Fact]
    public async Task Resources_of_a_running_pod_change_through_their_own_path_only()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Pods, Pod);
        const string Patch = """{"spec":{"containers":[{"name":"web","image":"other","resources":{"requests":{"cpu":"200m"}}}]}}""";

        Assert.Equal(422, (await server.Admin.PatchAsync(Pods + "/p", "strategic-merge-patch+json", Patch)).Code);
        var resized = await server.Admin.PatchAsync(Pods + "/p/resize?fieldManager=me", "strategic-merge-patch+json", Patch);

        var container = resized.Json["spec"]!["containers"]![0]!;
        Assert.Equal(("200m", "64Mi", "i"), ((string)container["resources"]!["requests"]!["cpu"]!, (string)container["resources"]!["requests"]!["memory"]!, (string)container["image"]!));
        Assert.Equal(2, (int)resized.Json["metadata"]!["generation"]!);
        Assert.Contains(resized.Json["metadata"]!["managedFields"]!.AsArray(), entry => (string?)entry!["subresource"] == "resize" && (string)entry["manager"]! == "me");
        Assert.Equal(200, (await server.Admin.AskAsync(Pods + "/p/resize")).Code);
    }

    [Theory]
    [InlineData("""{"limits":{"cpu":null}}""", "spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed")]
    [InlineData("""{"limits":{"cpu":"100m","memory":"64Mi"}}""", "spec: Invalid value: \"Burstable\": Pod QOS Class may not change as a result of resizing")]
    [InlineData("""{"requests":{"ephemeral-storage":"1Gi"}}""", "spec: Forbidden: only cpu and memory resources are mutable")]
    public async Task A_resize_stays_within_what_can_be_done_without_a_new_pod(string resources, string problem)
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Pods, Pod);

        var refused = await server.Admin.PatchAsync(Pods + "/p/resize", "strategic-merge-patch+json", $$$"""{"spec":{"containers":[{"name":"web","resources":{{{resources}}}}]}}""");

        Assert.Equal((422, $"Pod \"p\" is invalid: {problem}"), (refused.Code, refused.Message));
    }
}
