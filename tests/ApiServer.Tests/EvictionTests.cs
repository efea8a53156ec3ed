using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests;

public sealed class EvictionTests
{
    private const string Pods = "/api/v1/namespaces/default/pods";
    private const string Budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
    private const string Eviction = """{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"}}""";

    [Theory]
    [InlineData("""{"desiredHealthy":2,"currentHealthy":2,"disruptionsAllowed":0,"expectedPods":2}""", "The disruption budget b is still being processed by the server.")]
    [InlineData("""{"observedGeneration":1,"desiredHealthy":2,"currentHealthy":2,"disruptionsAllowed":0,"expectedPods":2}""", "The disruption budget b needs 2 healthy pods and has 2 currently")]
    [InlineData("""{"observedGeneration":1,"desiredHealthy":2,"currentHealthy":2,"disruptionsAllowed":0,"expectedPods":2,"conditions":[{"type":"DisruptionAllowed","status":"False","reason":"SyncFailed","message":"no scale","lastTransitionTime":"2026-01-01T00:00:00Z"}]}""", "The disruption budget b does not allow evicting pods currently because it failed sync: no scale")]
    public async Task An_eviction_over_the_budget_is_refused_with_the_reason(string status, string cause)
    {
        await using var server = await TestServer.StartAsync();
        await StartAsync(server, status);

        var refused = await server.Admin.PostAsync(Pods + "/p/eviction", Eviction);

        Assert.Equal((429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget."), (refused.Code, refused.Reason, refused.Message));
        Assert.Equal(("DisruptionBudget", cause), ((string)refused.Json["details"]!["causes"]![0]!["reason"]!, (string)refused.Json["details"]!["causes"]![0]!["message"]!));
        Assert.Equal(200, (await server.Admin.AskAsync(Pods + "/p")).Code);
    }

    [Fact]
    public async Task An_eviction_takes_one_disruption_off_the_budget()
    {
        await using var server = await TestServer.StartAsync();
        await StartAsync(server, """{"observedGeneration":1,"desiredHealthy":1,"currentHealthy":2,"disruptionsAllowed":1,"expectedPods":2}""");

        Assert.Equal(201, (await server.Admin.PostAsync(Pods + "/p/eviction", Eviction)).Code);

        var budget = await server.Admin.AskAsync(Budgets + "/b");
        Assert.Equal(0, (int)budget.Json["status"]!["disruptionsAllowed"]!);
        Assert.NotNull(budget.Json["status"]!["disruptedPods"]!["p"]);
    }

    private static async Task StartAsync(TestServer server, string status)
    {
        await server.Admin.PostAsync(Pods, """{"metadata":{"name":"p","labels":{"a":"b"}},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}""");
        await server.Admin.PatchAsync(Pods + "/p/status", "merge-patch+json", """{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}""");
        await server.Admin.PostAsync(Budgets, """{"metadata":{"name":"b"},"spec":{"minAvailable":2,"selector":{"matchLabels":{"a":"b"}}}}""");
        Assert.Equal(200, (await server.Admin.PatchAsync(Budgets + "/b/status", "merge-patch+json", $$"""{"status":{{status}}}""")).Code);
    }
}
