using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Attacks;

/// <summary>Bodies of a few megabytes that would keep a processor busy for minutes, or fill the memory, before they are refused.</summary>
/// <remarks>Nothing here measures time: what costs too much is not answered while a client waits.</remarks>
public sealed class CostTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const int Many = 40_000;

    public static TheoryData<string, string, int> Bodies => new()
    {
        { "/api/v1/namespaces/default/configmaps", $$$"""{"metadata":{"name":"a","ownerReferences":[{{{Each(static i => $$"""{"apiVersion":"v1","kind":"Pod","name":"a","uid":"u{{i / 2}}"}""")}}}]}}""", 201 },
        { "/api/v1/namespaces/default/configmaps", $$$"""{"metadata":{"name":"a","ownerReferences":[{{{Each(static i => $$"""{"apiVersion":"v1","kind":"Pod","name":"a","uid":"u{{i}}","controller":true}""", Many / 2)}}}]}}""", 422 },
        { "/api/v1/namespaces/default/resourcequotas", $$$"""{"metadata":{"name":"a"},"spec":{"scopes":[{{{Each(static i => $"\"none-{i}\"")}}}]}}""", 422 },
        { "/api/v1/namespaces/default/services", $$$"""{"metadata":{"name":"a"},"spec":{"clusterIP":"None","clusterIPs":[{{{Each(static i => "\"None\"")}}}],"ports":[{"port":1}]}}""", 422 },
        { "/apis/storage.k8s.io/v1/storageclasses", $$$"""{"metadata":{"name":"a"},"provisioner":"a.io/p","allowedTopologies":[{"matchLabelExpressions":[{"key":"a","values":[{{{Each(static i => $"\"v{i}\"", 3 * Many)}}}]}]}]}""", 201 },
        { "/api/v1/namespaces/default/pods", $$$"""{"metadata":{"name":"a"},"spec":{"containers":[{{{Each(static i => $$"""{"name":"c{{i}}","image":"i","ports":[{"containerPort":1,"name":"p{{i}}"}]}""", Many / 2)}}}]}}""", 201 },
        { "/api/v1/namespaces/default/pods", $$$"""{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i","resources":{"limits":{ {{{Each(static i => $"\"a.b/r{i}\":\"1\"")}}} } } }]}}""", 201 },
        { "/api/v1/namespaces/default/secrets", $$$"""{"metadata":{"name":"a"},"stringData":{ {{{Each(static i => $"\"k{i}\":\"\"", 2 * Many)}}} } }""", 201 },
        { "/apis/certificates.k8s.io/v1/certificatesigningrequests", $$$"""{"metadata":{"name":"a"},"spec":{"signerName":"a.b/c","request":"","usages":[{{{Each(static i => $"\"u{i}\"", 4 * Many)}}}]}}""", 422 },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task No_list_costs_the_square_of_its_length(string path, string body, int code)
    {
        var answer = await shared.Admin.PostAsync(path + "?dryRun=All", body);

        Assert.Equal(code, answer.Code);
        Assert.InRange(answer.Text.Length, 0, 16 << 20);
    }

    [Fact]
    public async Task A_binding_that_names_somebody_again_and_again_holds_up_nobody()
    {
        var bindings = $"/apis/rbac.authorization.k8s.io/v1/namespaces/{await shared.NamespaceAsync()}/rolebindings";

        var made = await shared.Admin.PostAsync(bindings, $$"""{"metadata":{"name":"a"},"roleRef":{"kind":"ClusterRole","name":"view"},"subjects":[{{Each(static i => """{"kind":"User","name":"u"}""", 2 * Many)}}]}""");
        var gone = await shared.Admin.RemoveAsync(bindings + "/a");

        Assert.Equal((201, 200), (made.Code, gone.Code));
    }

    [Fact]
    public async Task Rules_of_more_rights_than_can_be_looked_for_are_refused()
    {
        const string Rbac = "/apis/rbac.authorization.k8s.io/v1";
        await shared.Admin.PostAsync($"{Rbac}/clusterroles", """{"metadata":{"name":"writer"},"rules":[{"verbs":["create"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles"]},{"verbs":["v1"],"apiGroups":["*"],"resources":["*"]}]}""");
        await shared.Admin.PostAsync($"{Rbac}/clusterrolebindings", """{"metadata":{"name":"writer"},"roleRef":{"kind":"ClusterRole","name":"writer"},"subjects":[{"kind":"User","name":"writer"}]}""");
        var writer = shared.Server.ClientOf(shared.Server.Authority.Client("writer"));

        var all = await writer.PostAsync($"{Rbac}/namespaces/default/roles", Role("v", 1000));
        var held = await writer.PostAsync($"{Rbac}/namespaces/default/roles", Role("v", 0));

        Assert.Equal("roles.rbac.authorization.k8s.io \"a\" is forbidden: the rules grant more than 50000 single rights that would have to be looked for one by one", all.Message);
        Assert.Equal(201, held.Code);

        static string Role(string verb, int verbs) => $$$"""
            {"metadata":{"name":"a"},"rules":[{"verbs":[{{{(verbs == 0 ? "\"v1\"" : Each(i => $"\"{verb}{i}\"", verbs))}}}],"apiGroups":[{{{Each(static i => $"\"g{i}\"", 1000)}}}],
             "resources":[{{{Each(static i => $"\"r{i}\"", 1000)}}}],"resourceNames":[{{{Each(static i => $"\"n{i}\"", 1000)}}}]}]}
            """;
    }

    [Theory]
    [InlineData("99999999999999999999h")]
    [InlineData("9223372036854775807h")]
    [InlineData("2562047h2562047h")]
    public async Task A_time_that_is_longer_than_time_is_no_time(string timeout)
    {
        var answer = await shared.Admin.AskAsync("/api/v1/namespaces?timeout=" + timeout);

        Assert.Equal((400, $"invalid timeout specified in the request URL - time: invalid duration \"{timeout}\""), (answer.Code, answer.Message));
    }

    private static string Each(Func<int, string> item, int count = Many) => string.Join(',', Enumerable.Range(0, count).Select(item));
}
