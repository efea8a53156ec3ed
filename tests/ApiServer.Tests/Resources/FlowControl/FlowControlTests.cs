using Navarch.ApiServer.Resources.FlowControl;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Resources.FlowControl;

public sealed class FlowControlTests
{
    private const string Rule = """{"subjects":[{"kind":"User","user":{"name":"u"}}],"resourceRules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"],"namespaces":["*"]}]}""";

    [Theory]
    [InlineData("\"matchingPrecedence\":1", "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1")]
    [InlineData("\"matchingPrecedence\":-1", "spec.matchingPrecedence: Invalid value: -1: must be a positive value")]
    [InlineData("\"matchingPrecedence\":10001", "spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000")]
    [InlineData("\"distinguisherMethod\":{\"type\":\"X\"}", "spec.distinguisherMethod.type: Unsupported value: {\"type\":\"X\"}: supported values: \"ByNamespace\", \"ByUser\"")]
    [InlineData("\"rules\":[{\"subjects\":[],\"nonResourceRules\":[{\"verbs\":[\"*\",\"get\"],\"nonResourceURLs\":[\"x\"]}]}]", "spec.rules[0].subjects: Required value: subjects must contain at least one value", "spec.rules[0].nonResourceRules[0].verbs: Invalid value: [\"*\",\"get\"]: if '*' is present, must not specify other verbs", "spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: \"x\": must start with slash")]
    [InlineData("\"rules\":[{\"subjects\":[{\"kind\":\"User\",\"group\":{\"name\":\"g\"}}]}]", "spec.rules[0].subjects[0].user: Required value: user is required when subject kind is 'User'", "spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'", "spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty")]
    public void A_flow_schema_says_whose_requests_it_is_about(string field, params string[] expected) => Assert.Equal(
        expected, new FlowSchemaResource().CreateErrors($$$$$$"""{"metadata":{"name":"a"},"spec":{"priorityLevelConfiguration":{"name":"p"},{{{{{{field}}}}}}}}"""));

    [Fact]
    public void A_flow_schema_comes_in_the_middle()
    {
        var schema = new FlowSchemaResource().Created($$$$$$"""{"metadata":{"name":"a"},"spec":{"priorityLevelConfiguration":{"name":"p"},"rules":[{{{{{{Rule}}}}}}]}}""");

        Assert.Equal(1000, schema.Spec.MatchingPrecedence);
        Assert.Equal(["a", "p", 1000L, "<none>", "<unknown>", "?"], new FlowSchemaResource().Cells(schema));
    }

    [Fact]
    public void A_level_has_thirty_shares_and_fifty_places()
    {
        var level = new PriorityLevelConfigurationResource().Created("""{"metadata":{"name":"a"},"spec":{"type":"Limited","limited":{"limitResponse":{"type":"Queue","queuing":{}}}}}""");

        Assert.Equal(["a", "Limited", 30L, 64L, 8L, 50L, "<unknown>"], new PriorityLevelConfigurationResource().Cells(level));
        Assert.Equal(0, level.Spec.Limited!.LendablePercent);
    }

    [Theory]
    [InlineData("\"type\":\"Exempt\"", "spec.type: Invalid value: \"Exempt\": type must be 'Exempt' if and only if name is 'exempt'")]
    [InlineData("\"type\":\"Limited\"", "spec.limited: Required value: must not be empty when type is Limited")]
    [InlineData("\"type\":\"Limited\",\"limited\":{\"lendablePercent\":101,\"limitResponse\":{\"type\":\"Reject\",\"queuing\":{}}}", "spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive", "spec.limited.limitResponse.queuing: Forbidden: must be nil if limited.limitResponse.type is not Limited")]
    [InlineData("\"type\":\"Limited\",\"limited\":{\"limitResponse\":{\"type\":\"Queue\",\"queuing\":{\"queues\":512,\"handSize\":8}}}", "spec.limited.limitResponse.queuing.handSize: Invalid value: 8: required entropy bits of deckSize 512 and handSize 8 should not be greater than 60")]
    public void A_level_is_limited_in_a_way_that_can_be_kept(string spec, params string[] expected) => Assert.Equal(
        expected, new PriorityLevelConfigurationResource().CreateErrors($$$$$$"""{"metadata":{"name":"a"},"spec":{{{{{{{spec}}}}}}}}"""));

    [Fact]
    public async Task A_cluster_starts_with_levels_and_schemas_of_which_some_are_fixed()
    {
        await using var server = await TestServer.StartAsync();
        const string Group = "/apis/flowcontrol.apiserver.k8s.io/v1";

        var levels = await server.Admin.AskAsync($"{Group}/prioritylevelconfigurations");
        Assert.Equal(
            ["catch-all", "exempt", "global-default", "leader-election", "node-high", "system", "workload-high", "workload-low"],
            levels.Items.Select(item => (string)item!["metadata"]!["name"]!));
        var schemas = await server.Admin.AskAsync($"{Group}/flowschemas");
        Assert.Equal(13, schemas.Items.Count);
        Assert.All(schemas.Items, item => Assert.Equal("False", (string)item!["status"]!["conditions"]![0]!["status"]!));

        var changed = await server.Admin.PatchAsync($"{Group}/flowschemas/catch-all", "merge-patch+json", """{"spec":{"matchingPrecedence":9999}}""");
        Assert.Equal(422, changed.Code);
        Assert.EndsWith("spec of 'catch-all' must equal the fixed value", changed.Message, StringComparison.Ordinal);
        var exempt = await server.Admin.PatchAsync($"{Group}/prioritylevelconfigurations/exempt", "merge-patch+json", """{"spec":{"exempt":{"lendablePercent":10}}}""");
        Assert.Equal((200, 2), (exempt.Code, (int)exempt.Json["metadata"]!["generation"]!));
    }

    [Fact]
    public async Task A_restart_restores_what_follows_the_server_and_nothing_else()
    {
        await using var server = await TestServer.StartAsync();
        const string Levels = "/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations";
        const string Change = """{"spec":{"limited":{"nominalConcurrencyShares":1}}}""";
        await server.Admin.PatchAsync($"{Levels}/system", "merge-patch+json", Change);
        await server.Admin.PatchAsync($"{Levels}/workload-low", "merge-patch+json", """{"metadata":{"annotations":{"apf.kubernetes.io/autoupdate-spec":"false"}},"spec":{"limited":{"nominalConcurrencyShares":1}}}""");

        await server.RestartAsync();

        Assert.Equal((30, 1), (await SharesAsync("system"), await SharesAsync("workload-low")));

        async Task<int> SharesAsync(string name) => (int)(await server.Admin.AskAsync($"{Levels}/{name}")).Json["spec"]!["limited"]!["nominalConcurrencyShares"]!;
    }
}
