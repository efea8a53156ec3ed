using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Navarch.ApiServer.Tests.Server;
using Navarch.Client;

namespace Navarch.ApiServer.Tests.Authorization;

public sealed class WebhookTests
{
    [Fact]
    public async Task Another_server_is_asked_once_and_may_allow_or_deny()
    {
        using var authority = new TestAuthority("webhook-ca");
        await using var hook = await JsonListener.StartAsync(authority, AnswerAsync);
        await using var server = await StartAsync(hook, authority, ["Webhook", "RBAC"]);
        var (ann, bob, cat) = (Client(server, "ann"), Client(server, "bob"), Client(server, "cat"));

        Assert.Equal(200, (await ann.AskAsync("/api/v1/pods")).Code);
        Assert.Equal(200, (await ann.AskAsync("/api/v1/pods")).Code);
        Assert.Equal(1, hook.Requests);
        Assert.Equal(
            "forbidden: User \"bob\" cannot get path \"/version\": bob is bad",
            (await bob.AskAsync("/version")).Message);
        Assert.Equal(200, (await cat.AskAsync("/version")).Code);
        Assert.Equal("pods is forbidden: User \"cat\" cannot list resource \"pods\" in API group \"\" at the cluster scope: never heard of", (await cat.AskAsync("/api/v1/pods")).Message);
        var before = hook.Requests;
        Assert.Equal(200, (await server.Admin.AskAsync("/api/v1/pods")).Code);
        Assert.Equal(before, hook.Requests);
    }

    [Theory]
    [InlineData(500, "{}")]
    [InlineData(200, "garbage")]
    [InlineData(200, """{"status":{"allowed":true,"denied":true}}""")]
    [InlineData(302, "")]
    public async Task An_answer_that_is_none_allows_nothing(int code, string body)
    {
        using var authority = new TestAuthority("webhook-ca");
        await using var hook = await JsonListener.StartAsync(authority, (_, http) =>
        {
            http.Response.StatusCode = code;
            http.Response.Headers.Location = "https://127.0.0.1:1/";
            return http.Response.WriteAsync(body);
        });
        await using var server = await StartAsync(hook, authority, ["Node", "RBAC", "Webhook"]);

        var ann = Client(server, "ann");
        var answer = await ann.AskAsync("/api/v1/pods");
        Assert.Equal((500, "InternalError", "Internal error occurred: the authorization webhook \"default\" gave no answer"), (answer.Code, answer.Reason, answer.Message));
        Assert.Equal(200, (await ann.AskAsync("/version")).Code);
        var review = await server.Admin.PostAsync(
            "/apis/authorization.k8s.io/v1/subjectaccessreviews", """{"spec":{"user":"ann","resourceAttributes":{"verb":"list","resource":"pods"}}}""");
        Assert.Equal((false, "the authorization webhook \"default\" gave no answer"), ((bool)review.Json["status"]!["allowed"]!, (string)review.Json["status"]!["evaluationError"]!));
    }

    /// <summary>A replacement that makes an object needs the right to create it, too.</summary>
    [Fact]
    public async Task Who_may_update_is_not_refused_a_creation_for_want_of_an_answer()
    {
        using var authority = new TestAuthority("webhook-ca");
        await using var hook = await JsonListener.StartAsync(authority, static (_, http) => http.Response.WriteAsync("garbage"));
        await using var server = await StartAsync(hook, authority, ["RBAC", "Webhook"]);
        await server.Admin.PostAsync(
            "/apis/rbac.authorization.k8s.io/v1/clusterroles", """{"metadata":{"name":"updaters"},"rules":[{"verbs":["update"],"apiGroups":["coordination.k8s.io"],"resources":["leases"]}]}""");
        await server.Admin.PostAsync(
            "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
            """{"metadata":{"name":"updaters"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"updaters"},"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"ann"}]}""");

        var answer = await Client(server, "ann").PutAsync("/apis/coordination.k8s.io/v1/namespaces/default/leases/a", """{"metadata":{"name":"a"}}""");

        Assert.Equal((500, "Internal error occurred: the authorization webhook \"default\" gave no answer"), (answer.Code, answer.Message));
    }

    [Fact]
    public async Task A_server_that_stumbles_is_asked_again()
    {
        using var authority = new TestAuthority("webhook-ca");
        await using var hook = await JsonListener.StartAsync(authority, (self, http) =>
        {
            http.Response.StatusCode = self.Requests < 3 ? 503 : 200;
            return http.Response.WriteAsync(self.Requests < 3 ? "later" : """{"status":{"allowed":true}}""");
        });
        await using var server = await StartAsync(hook, authority, ["RBAC", "Webhook"]);

        Assert.Equal(200, (await Client(server, "ann").AskAsync("/api/v1/pods")).Code);
        Assert.Equal(3, hook.Requests);
    }

    /// <summary>The time that others take to decide about an object is enough for its namespace to go.</summary>
    [Fact]
    public async Task Nothing_comes_into_a_namespace_that_went_while_it_was_decided_about()
    {
        using var authority = new TestAuthority("webhook-ca");
        TestServer? server = null;
        await using var hook = await JsonListener.StartAsync(authority, async (_, http) =>
        {
            var question = (await JsonNode.ParseAsync(http.Request.Body))!;
            if ((string)question["spec"]!["resourceAttributes"]!["verb"]! == "delete")
            {
                await server!.Admin.RemoveAsync("/api/v1/namespaces/short");
                await server.Admin.PutAsync("/api/v1/namespaces/short/finalize", """{"metadata":{"name":"short"},"spec":{"finalizers":[]}}""");
            }

            question["status"] = JsonNode.Parse("""{"allowed":true}""");
            await http.Response.WriteAsync(question.ToJsonString());
        });
        server = await TestServer.StartAsync(config => config with
        {
            Admission = TestServer.WithoutControllers with { Enabled = ["OwnerReferencesPermissionEnforcement"] },
            AuthorizationModes = ["Webhook"],
            AuthorizationWebhook = new AuthorizationWebhookConfig(new ClientConfig(new Uri(hook.Address, "/authorize")) { Authorities = [authority.Certificate] }),
        });
        await using var ending = server;
        await server.Admin.PostAsync("/api/v1/namespaces", """{"metadata":{"name":"short"}}""");

        var answer = await Client(server, "ann").PostAsync(
            "/api/v1/namespaces/short/configmaps", """{"metadata":{"name":"a","ownerReferences":[{"apiVersion":"v1","kind":"Secret","name":"s","uid":"u"}]}}""");

        Assert.Equal((404, "namespaces \"short\" not found"), (answer.Code, answer.Message));
        Assert.Empty((await server.Admin.AskAsync("/api/v1/configmaps?fieldSelector=metadata.namespace%3Dshort")).Items);
    }

    private static HttpClient Client(TestServer server, string user) => server.ClientOf(server.Authority.Client(user));

    private static Task<TestServer> StartAsync(JsonListener hook, TestAuthority authority, IReadOnlyList<string> modes) => TestServer.StartAsync(config => config with
    {
        AuthorizationModes = modes,
        AuthorizationWebhook = new AuthorizationWebhookConfig(new ClientConfig(new Uri(hook.Address, "/authorize")) { Authorities = [authority.Certificate] }),
    });

    private static async Task AnswerAsync(JsonListener self, HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var question = JsonNode.Parse(await reader.ReadToEndAsync())!;
        Assert.Equal(("SubjectAccessReview", "authorization.k8s.io/v1", "/authorize"), ((string)question["kind"]!, (string)question["apiVersion"]!, http.Request.Path.Value));
        question["status"] = (string)question["spec"]!["user"]! switch
        {
            "ann" => JsonNode.Parse("""{"allowed":true,"reason":"ann is fine"}"""),
            "bob" => JsonNode.Parse("""{"allowed":false,"denied":true,"reason":"bob is bad"}"""),
            _ => JsonNode.Parse("""{"allowed":false,"reason":"never heard of"}"""),
        };
        await http.Response.WriteAsync(question.ToJsonString());
    }
}
