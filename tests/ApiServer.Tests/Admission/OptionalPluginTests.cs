using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Admission;

/// <summary>What operators may switch on.</summary>
public sealed class OptionalPluginTests
{
    private const string Pods = "/api/v1/namespaces/default/pods";

    [Fact]
    public async Task Services_take_no_addresses_of_others_and_keep_those_they_have()
    {
        const string Services = "/api/v1/namespaces/default/services";
        var isStrict = false;
        await using var strict = await TestServer.StartAsync(config => config with { Admission = TestServer.WithoutControllers with { Enabled = isStrict ? ["DenyServiceExternalIPs"] : [] } });
        Assert.Equal(201, (await strict.Admin.PostAsync(Services, """{"metadata":{"name":"old"},"spec":{"ports":[{"port":1}],"externalIPs":["192.0.2.9","192.0.2.10"]}}""")).Code);
        isStrict = true;
        await strict.RestartAsync();

        var created = await strict.Admin.PostAsync(Services, """{"metadata":{"name":"a"},"spec":{"ports":[{"port":1}],"externalIPs":["192.0.2.9"]}}""");
        Assert.Equal((403, "services \"a\" is forbidden: Use of external IPs is denied by admission control"), (created.Code, created.Message));
        Assert.Equal(201, (await strict.Admin.PostAsync(Services, """{"metadata":{"name":"a"},"spec":{"ports":[{"port":1}]}}""")).Code);
        foreach (var (type, body) in ((string, string)[])
            [("merge-patch+json", """{"spec":{"externalIPs":["192.0.2.9"]}}"""), ("strategic-merge-patch+json", """{"spec":{"externalIPs":["192.0.2.9"]}}"""), ("json-patch+json", """[{"op":"add","path":"/spec/externalIPs","value":["192.0.2.9"]}]"""),
             ("apply-patch+yaml", """{"apiVersion":"v1","kind":"Service","metadata":{"name":"a"},"spec":{"externalIPs":["192.0.2.9"]}}""")])
        {
            Assert.Equal(403, (await strict.Admin.PatchAsync($"{Services}/a?fieldManager=m", type, body)).Code);
        }

        Assert.Equal(200, (await strict.Admin.PatchAsync($"{Services}/old", "merge-patch+json", """{"spec":{"externalIPs":["192.0.2.10"]}}""")).Code);
        Assert.Equal(403, (await strict.Admin.PatchAsync($"{Services}/old", "merge-patch+json", """{"spec":{"externalIPs":["192.0.2.10","192.0.2.9"]}}""")).Code);
    }

    [Fact]
    public async Task Pods_keep_others_off_their_node_and_no_more()
    {
        await using var server = await StartAsync("LimitPodHardAntiAffinityTopology");
        const string Pod = """{"metadata":{"name":"a"},"spec":{"affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"labelSelector":{"matchLabels":{"a":"b"}},"topologyKey":"KEY"}]}},"containers":[{"name":"c","image":"i"}]}}""";

        Assert.Equal(
            "pods \"a\" is forbidden: affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey topology.kubernetes.io/zone but only key kubernetes.io/hostname is allowed",
            (await server.Admin.PostAsync(Pods, Pod.Replace("KEY", "topology.kubernetes.io/zone", StringComparison.Ordinal))).Message);
        Assert.Equal(201, (await server.Admin.PostAsync(Pods, Pod.Replace("KEY", "kubernetes.io/hostname", StringComparison.Ordinal))).Code);
    }

    [Fact]
    public async Task Who_asks_for_a_resource_of_some_nodes_may_go_there()
    {
        await using var server = await StartAsync("ExtendedResourceToleration");

        var pod = await server.Admin.PostAsync(Pods, """{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i","resources":{"limits":{"example.com/gpu":"1","cpu":"1"}}}]}}""");

        Assert.Equal("""{"key":"example.com/gpu","operator":"Exists","effect":"NoSchedule"}""", pod.Json["spec"]!["tolerations"]!.AsArray().Single(static one => ((string)one!["key"]!).StartsWith("example", StringComparison.Ordinal))!.ToJsonString());
    }

    [Fact]
    public async Task A_namespace_keeps_its_pods_to_its_nodes()
    {
        await using var server = await StartAsync("PodNodeSelector");
        await server.Admin.PatchAsync("/api/v1/namespaces/default", "merge-patch+json", """{"metadata":{"annotations":{"scheduler.alpha.kubernetes.io/node-selector":"team=blue, disk=ssd"}}}""");
        const string Pod = """{"metadata":{"name":"a"},"spec":{"nodeSelector":{"KEY":"red"},"containers":[{"name":"c","image":"i"}]}}""";

        Assert.Equal(
            "pods \"a\" is forbidden: pod node label selector conflicts with its namespace node label selector", (await server.Admin.PostAsync(Pods, Pod.Replace("KEY", "team", StringComparison.Ordinal))).Message);
        var pod = await server.Admin.PostAsync(Pods, Pod.Replace("KEY", "color", StringComparison.Ordinal));
        Assert.Equal("""{"color":"red","disk":"ssd","team":"blue"}""", pod.Json["spec"]!["nodeSelector"]!.ToJsonString());
    }

    [Fact]
    public async Task Nothing_changes_where_everything_is_denied()
    {
        await using var server = await StartAsync("AlwaysDeny");

        var answer = await server.Admin.PostAsync("/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"a"}}""");

        Assert.Equal((403, "configmaps \"a\" is forbidden: admission control is denying all modifications"), (answer.Code, answer.Message));
        Assert.Equal(403, (await server.Admin.RemoveAsync("/api/v1/namespaces/kube-public")).Code);
        Assert.Equal(200, (await server.Admin.AskAsync("/api/v1/namespaces/default")).Code);
    }

    private static Task<TestServer> StartAsync(params string[] enabled) => TestServer.StartAsync(config => config with { Admission = TestServer.WithoutControllers with { Enabled = enabled } });
}
