using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests;

public sealed class AdmissionTests
{
    private const string Pods = "/api/v1/namespaces/default/pods";
    private const string Pod = """{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i"}]}}""";

    [Theory]
    [InlineData("default")]
    [InlineData("kube-system")]
    public async Task Namespaces_that_a_cluster_needs_stay(string name)
    {
        await using var server = await TestServer.StartAsync();

        var answer = await server.Admin.RemoveAsync($"/api/v1/namespaces/{name}");

        Assert.Equal((403, $"namespaces \"{name}\" is forbidden: this namespace may not be deleted"), (answer.Code, answer.Message));
    }

    [Fact]
    public async Task Pods_get_tolerations_and_a_priority()
    {
        await using var server = await TestServer.StartAsync();

        var pod = (await server.Admin.PostAsync(Pods, Pod)).Json["spec"]!;

        Assert.Equal(["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"], pod["tolerations"]!.AsArray().Select(t => (string)t!["key"]!));
        Assert.Equal((0, "PreemptLowerPriority"), ((int)pod["priority"]!, (string)pod["preemptionPolicy"]!));
    }

    [Fact]
    public async Task A_priority_class_gives_its_value()
    {
        await using var server = await TestServer.StartAsync();

        var pod = await server.Admin.PostAsync(Pods, Pod.Replace("\"containers\"", "\"priorityClassName\":\"system-node-critical\",\"containers\"", StringComparison.Ordinal));
        Assert.Equal(2_000_001_000, (int)pod.Json["spec"]!["priority"]!);
        var unknown = await server.Admin.PostAsync(Pods, Pod.Replace("\"containers\"", "\"priorityClassName\":\"nope\",\"containers\"", StringComparison.Ordinal));
        Assert.Equal("pods \"a\" is forbidden: no PriorityClass with name nope was found", unknown.Message);
    }

    [Fact]
    public async Task Nothing_new_is_created_in_a_namespace_that_goes()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync("/api/v1/namespaces", """{"metadata":{"name":"n"}}""");
        var going = await server.Admin.RemoveAsync("/api/v1/namespaces/n");
        Assert.Equal("Terminating", (string)going.Json["status"]!["phase"]!);

        var answer = await server.Admin.PostAsync("/api/v1/namespaces/n/configmaps", """{"metadata":{"name":"a"}}""");
        Assert.Equal((403, "NamespaceTerminating"), (answer.Code, (string)answer.Json["details"]!["causes"]![0]!["reason"]!));

        var done = await server.Admin.PutAsync("/api/v1/namespaces/n/finalize", """{"metadata":{"name":"n"},"spec":{"finalizers":[]}}""");
        Assert.Equal(200, done.Code);
        Assert.Equal(404, (await server.Admin.AskAsync("/api/v1/namespaces/n")).Code);
    }

    [Fact]
    public async Task The_kubernetes_service_comes_back()
    {
        await using var server = await TestServer.StartAsync();
        const string Path = "/api/v1/namespaces/default/services/kubernetes";
        var before = await server.Admin.AskAsync(Path);
        await using var watch = await WatchReader.OpenAsync(server.Admin, $"/api/v1/namespaces/default/services?watch=true&resourceVersion={before.Version}");

        await server.Admin.RemoveAsync(Path);

        Assert.Equal(["DELETED kubernetes", "ADDED kubernetes"], await watch.NextAsync(2));
    }

    [Fact]
    public async Task A_pod_on_a_node_is_given_time_to_end()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Pods, Pod.Replace("\"containers\"", "\"nodeName\":\"n\",\"containers\"", StringComparison.Ordinal));

        var marked = await server.Admin.RemoveAsync(Pods + "/a");
        Assert.Equal(30, (int)marked.Json["metadata"]!["deletionGracePeriodSeconds"]!);
        var again = await server.Admin.RemoveAsync(Pods + "/a", """{"gracePeriodSeconds":60}""");
        Assert.Equal(30, (int)again.Json["metadata"]!["deletionGracePeriodSeconds"]!);
        await server.Admin.RemoveAsync(Pods + "/a", """{"gracePeriodSeconds":0}""");
        Assert.Equal(404, (await server.Admin.AskAsync(Pods + "/a")).Code);
    }

    [Theory]
    [InlineData("Foreground", "foregroundDeletion")]
    [InlineData("Orphan", "orphan")]
    public async Task Propagation_is_recorded_as_a_finalizer(string policy, string finalizer)
    {
        await using var server = await TestServer.StartAsync();
        const string Maps = "/api/v1/namespaces/default/configmaps";
        await server.Admin.PostAsync(Maps, """{"metadata":{"name":"a"}}""");

        var answer = await server.Admin.RemoveAsync($"{Maps}/a?propagationPolicy={policy}");

        Assert.Equal(finalizer, (string)Assert.Single(answer.Json["metadata"]!["finalizers"]!.AsArray())!);
    }

    [Fact]
    public async Task Whoever_asks_learns_who_they_are_and_what_they_may()
    {
        await using var server = await TestServer.StartAsync();
        var me = await server.Admin.PostAsync("/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}");
        Assert.Equal("admin", (string)me.Json["status"]!["userInfo"]!["username"]!);

        const string Question = """{"spec":{"user":"eve","resourceAttributes":{"verb":"get","resource":"pods","namespace":"default"}}}""";
        var may = await server.Admin.PostAsync("/apis/authorization.k8s.io/v1/subjectaccessreviews", Question);
        Assert.False((bool)may.Json["status"]!["allowed"]!);
    }

    [Fact]
    public async Task Scale_changes_the_one_number()
    {
        await using var server = await TestServer.StartAsync();
        const string Sets = "/apis/apps/v1/namespaces/default/replicasets";
        await server.Admin.PostAsync(Sets, """{"metadata":{"name":"a"},"spec":{"selector":{"matchLabels":{"x":"y"}},"template":{"metadata":{"labels":{"x":"y"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""");

        var scale = await server.Admin.AskAsync(Sets + "/a/scale");
        Assert.Equal((1, "x=y"), ((int)scale.Json["spec"]!["replicas"]!, (string)scale.Json["status"]!["selector"]!));
        await server.Admin.PatchAsync(Sets + "/a/scale", "merge-patch+json", """{"spec":{"replicas":7}}""");
        var set = await server.Admin.AskAsync(Sets + "/a");

        Assert.Equal((7, 2), ((int)set.Json["spec"]!["replicas"]!, (int)set.Json["metadata"]!["generation"]!));
        Assert.Equal(422, (await server.Admin.PatchAsync(Sets + "/a/scale", "merge-patch+json", """{"spec":{"replicas":-1}}""")).Code);
    }
}
