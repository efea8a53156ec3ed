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

        Assert.Equal(403, (await Client(server, "ann").AskAsync("/api/v1/pods")).Code);
        Assert.Equal(200, (await Client(server, "ann").AskAsync("/version")).Code);
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
