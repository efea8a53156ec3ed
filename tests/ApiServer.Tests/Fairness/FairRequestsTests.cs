using System.Text.Json.Nodes;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Fairness;

/// <summary>API Priority and Fairness as clients see it.</summary>
public sealed class FairRequestsTests
{
    private const string Group = "/apis/flowcontrol.apiserver.k8s.io/v1";

    [Fact]
    public async Task An_answer_names_the_schema_and_the_level_of_its_request()
    {
        await using var server = await TestServer.StartAsync();
        var scheduler = server.ClientOf(server.Authority.Client("system:kube-scheduler"));

        Assert.Equal(await UidsAsync(server, "exempt", "exempt"), await NamedAsync(server.Admin));
        Assert.Equal(await UidsAsync(server, "kube-scheduler", "workload-high"), await NamedAsync(scheduler));
    }

    [Fact]
    public async Task A_schema_of_the_user_takes_effect_at_once()
    {
        await using var server = await TestServer.StartAsync();
        var scheduler = server.ClientOf(server.Authority.Client("system:kube-scheduler"));
        await NamedAsync(scheduler);

        var level = await server.Admin.PostAsync(Group + "/prioritylevelconfigurations", """
            {"metadata":{"name":"mine"},"spec":{"type":"Limited","limited":{"nominalConcurrencyShares":1,"limitResponse":{"type":"Reject"}}}}
            """);
        var schema = await server.Admin.PostAsync(Group + "/flowschemas", """
            {"metadata":{"name":"mine"},"spec":{"matchingPrecedence":5,"priorityLevelConfiguration":{"name":"mine"},
             "rules":[{"subjects":[{"kind":"User","user":{"name":"system:kube-scheduler"}}],"resourceRules":[{"verbs":["list"],"apiGroups":[""],"resources":["pods"],"namespaces":["*"],"clusterScope":true}]}]}}
            """);
        Assert.Equal((201, 201), (level.Code, schema.Code));

        Assert.Equal(await UidsAsync(server, "mine", "mine"), await NamedAsync(scheduler));
        Assert.Contains("apiserver_flowcontrol_nominal_limit_seats{priority_level=\"mine\"}", (await server.Admin.AskAsync("/metrics")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reads_and_writes_in_numbers_far_beyond_the_seats_are_all_served()
    {
        await using var server = await TestServer.StartAsync(config => config with { SeatsMax = 8 });
        var scheduler = server.ClientOf(server.Authority.Client("system:kube-scheduler"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => scheduler.AskAsync("/api/v1/pods")));

        Assert.All(answers, static answer => Assert.True(answer.Code == 200, answer.Text));
        var metrics = (await server.Admin.AskAsync("/metrics")).Text;
        Assert.Contains("apiserver_flowcontrol_current_executing_seats{priority_level=\"workload-high\"} 0\n", metrics, StringComparison.Ordinal);
        Assert.Contains("apiserver_flowcontrol_current_inqueue_requests{priority_level=\"workload-high\"} 0\n", metrics, StringComparison.Ordinal);
    }

    private static async Task<(string, string)> NamedAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("/api/v1/pods", TestContext.Current.CancellationToken);
        return (Assert.Single(answer.Headers.GetValues("X-Kubernetes-PF-FlowSchema-UID")), Assert.Single(answer.Headers.GetValues("X-Kubernetes-PF-PriorityLevel-UID")));
    }

    private static async Task<(string, string)> UidsAsync(TestServer server, string schema, string level)
    {
        return (await UidAsync("flowschemas/" + schema), await UidAsync("prioritylevelconfigurations/" + level));

        async Task<string> UidAsync(string path) => (string)JsonNode.Parse((await server.Admin.AskAsync($"{Group}/{path}")).Text)!["metadata"]!["uid"]!;
    }
}
