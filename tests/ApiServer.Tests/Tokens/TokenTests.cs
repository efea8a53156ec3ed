using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Tokens;

public sealed class TokenTests
{
    private const string Accounts = "/api/v1/namespaces/default/serviceaccounts";
    private const string Token = Accounts + "/robot/token";

    [Fact]
    public async Task It_is_written_down_since_when_the_use_of_tokens_in_Secrets_is_noted()
    {
        await using var server = await TestServer.StartAsync();
        const string map = "/api/v1/namespaces/kube-system/configmaps/kube-apiserver-legacy-service-account-token-tracking";
        await server.Admin.PatchAsync(map, "merge-patch+json", """{"data":{"since":"2020-01-02"}}""");
        await server.RestartAsync();
        Assert.Equal("2020-01-02", await SinceAsync());

        await server.Admin.RemoveAsync(map);
        while (await SinceAsync() != $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd}")
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        await server.Admin.PatchAsync(map, "merge-patch+json", """{"data":{"since":"long ago"}}""");
        while (await SinceAsync() == "long ago")
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        async Task<string?> SinceAsync() => (string?)(await server.Admin.AskAsync(map)).Json["data"]?["since"];
    }

    [Fact]
    public async Task A_token_says_whose_it_is_and_is_believed()
    {
        await using var server = await TestServer.StartAsync();
        var account = await server.Admin.PostAsync(Accounts, """{"metadata":{"name":"robot"}}""");
        var answer = await server.Admin.PostAsync(Token, """{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":600}}""");

        Assert.Equal((201, "robot", 600), (answer.Code, (string)answer.Json["metadata"]!["name"]!, (int)answer.Json["spec"]!["expirationSeconds"]!));
        var token = (string)answer.Json["status"]!["token"]!;
        var claims = Claims(token);
        Assert.Equal("system:serviceaccount:default:robot", (string)claims["sub"]!);
        Assert.Equal("https://kubernetes.default.svc.cluster.local", (string)claims["iss"]!);
        Assert.Equal("""["https://kubernetes.default.svc.cluster.local"]""", claims["aud"]!.ToJsonString());
        Assert.Equal(600, (long)claims["exp"]! - (long)claims["iat"]!);
        Assert.Equal((string)account.Json["metadata"]!["uid"]!, (string)claims["kubernetes.io"]!["serviceaccount"]!["uid"]!);

        var robot = server.ClientOf(null);
        robot.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        Assert.Equal(200, (await robot.AskAsync("/version")).Code);
        var refused = await robot.AskAsync("/api/v1/namespaces/default/pods");
        Assert.Equal((403, true), (refused.Code, refused.Message.Contains("User \"system:serviceaccount:default:robot\" cannot list resource \"pods\"", StringComparison.Ordinal)));

        await server.Admin.RemoveAsync(Accounts + "/robot");
        Assert.Equal(401, (await robot.AskAsync("/version")).Code);
    }

    [Fact]
    public async Task A_review_answers_for_whom_a_token_is()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Accounts, """{"metadata":{"name":"robot"}}""");
        await server.Admin.PostAsync("/api/v1/namespaces/default/pods", """{"metadata":{"name":"p"},"spec":{"serviceAccountName":"robot","nodeName":"n","containers":[{"name":"c","image":"i"}]}}""");
        var answer = await server.Admin.PostAsync(Token, """{"spec":{"audiences":["vault"],"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"p"}}}""");
        var token = (string)answer.Json["status"]!["token"]!;

        var good = await ReviewAsync(server, token, "vault");
        Assert.True((bool)good["authenticated"]!);
        Assert.Equal("""["vault"]""", good["audiences"]!.ToJsonString());
        Assert.Equal("system:serviceaccount:default:robot", (string)good["user"]!["username"]!);
        Assert.Equal("""["system:serviceaccounts","system:serviceaccounts:default","system:authenticated"]""", good["user"]!["groups"]!.ToJsonString());
        Assert.Equal("p", (string)good["user"]!["extra"]!["authentication.kubernetes.io/pod-name"]![0]!);
        Assert.Equal("n", (string)good["user"]!["extra"]!["authentication.kubernetes.io/node-name"]![0]!);

        var other = await ReviewAsync(server, token, "bank");
        Assert.Null(other["authenticated"]);
        Assert.Equal("[invalid bearer token, token audiences [\"vault\"] is invalid for the target audiences [\"bank\"]]", (string)other["error"]!);
        Assert.Equal("invalid bearer token", (string)(await ReviewAsync(server, token[..^8] + "AAAAAAAA", "vault"))["error"]!);

        await server.Admin.RemoveAsync("/api/v1/namespaces/default/pods/p", """{"gracePeriodSeconds":0}""");
        Assert.Equal("[invalid bearer token, service account token has been invalidated]", (string)(await ReviewAsync(server, token, "vault"))["error"]!);
    }

    [Theory]
    [InlineData("""{"spec":{"expirationSeconds":599}}""", 422, "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes")]
    [InlineData("""{"metadata":{"name":"x"}}""", 422, "TokenRequest.authentication.k8s.io \"robot\" is invalid: metadata.name: Invalid value: \"x\": must match the service account name if specified")]
    [InlineData("""{"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"ConfigMap","name":"x"}}}""", 400, "cannot bind token to object of type /v1, Kind=ConfigMap")]
    [InlineData("""{"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"x"}}}""", 404, "pods \"x\" not found")]
    [InlineData("""{"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"other"}}}""", 400, "cannot bind token for serviceaccount \"robot\" to pod running with different serviceaccount name.")]
    [InlineData("""{"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"Secret","name":"s","uid":"u"}}}""", 409, "the UID in the bound object reference (u) does not match the UID in record. The object might have been deleted and then recreated")]
    public async Task A_token_is_refused_that_would_not_mean_what_was_asked(string request, int code, string message)
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Accounts, """{"metadata":{"name":"robot"}}""");
        await server.Admin.PostAsync("/api/v1/namespaces/default/secrets", """{"metadata":{"name":"s"}}""");
        await server.Admin.PostAsync("/api/v1/namespaces/default/pods", """{"metadata":{"name":"other"},"spec":{"containers":[{"name":"c","image":"i"}]}}""");

        var refused = await server.Admin.PostAsync(Token, request);

        Assert.Equal(code, refused.Code);
        Assert.EndsWith(message, refused.Message);
    }

    [Fact]
    public async Task A_review_knows_every_sort_of_token()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync("/api/v1/namespaces/kube-system/secrets", """
            {"metadata":{"name":"bootstrap-token-abcdef"},"type":"bootstrap.kubernetes.io/token","stringData":{"token-id":"abcdef","token-secret":"0123456789abcdef","usage-bootstrap-authentication":"true"}}
            """);

        const string Issuer = "https://kubernetes.default.svc.cluster.local";
        var known = await ReviewAsync(server, "abcdef.0123456789abcdef", Issuer);
        Assert.Equal(("system:bootstrap:abcdef", $"[\"{Issuer}\"]"), ((string)known["user"]!["username"]!, known["audiences"]!.ToJsonString()));
        Assert.Null((await ReviewAsync(server, "abcdef.0123456789abcdef", "vault"))["authenticated"]);
        Assert.Null((await ReviewAsync(server, "abcdef.0123456789abcdee", Issuer))["authenticated"]);
    }

    [Fact]
    public async Task A_token_lives_no_longer_than_the_server_allows()
    {
        await using var server = await TestServer.StartAsync(static config => config with
        {
            ServiceAccountTokens = config.ServiceAccountTokens! with { LifetimeMax = TimeSpan.FromHours(2), ExtendsLifetime = false },
        });
        await Robot.CreateAsync(server);
        await server.Admin.PostAsync(Robot.Pods, Robot.Pod);

        var answer = await server.Admin.PostAsync(Token, """{"spec":{"expirationSeconds":86400}}""");
        Assert.Equal(7200, (long)answer.Json["spec"]!["expirationSeconds"]!);
        Assert.Equal(["299 - \"requested expiration of 86400 seconds shortened to 7200 seconds\""], answer.Warnings);
        var claims = Robot.Claims((string)answer.Json["status"]!["token"]!);
        Assert.Equal(7200, (long)claims["exp"]! - (long)claims["iat"]!);

        var ofPod = Robot.Claims(await Robot.TokenAsync(server, """{"expirationSeconds":3607,"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"p"}}"""));
        Assert.Equal((3607, false), ((long)ofPod["exp"]! - (long)ofPod["iat"]!, ofPod["kubernetes.io"]!.AsObject().ContainsKey("warnafter")));
    }

    [Fact]
    public async Task The_token_of_a_pod_lives_on_for_programs_that_read_it_once()
    {
        await using var server = await TestServer.StartAsync();
        await Robot.CreateAsync(server);
        await server.Admin.PostAsync(Robot.Pods, Robot.Pod);

        var claims = Robot.Claims(await Robot.TokenAsync(server, """{"expirationSeconds":3607,"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"p"}}"""));

        Assert.Equal(365 * 86_400, (long)claims["exp"]! - (long)claims["iat"]!);
        Assert.Equal(3607, (long)claims["kubernetes.io"]!["warnafter"]! - (long)claims["iat"]!);
    }

    [Theory]
    [InlineData("Secret", "s", "secrets/s")]
    [InlineData("Node", "n", "/api/v1/nodes/n")]
    public async Task A_token_ends_with_what_it_is_bound_to(string kind, string name, string path)
    {
        await using var server = await TestServer.StartAsync();
        await Robot.CreateAsync(server);
        await CreateAsync();
        var token = await Robot.TokenAsync(server, $$"""{"boundObjectRef":{"apiVersion":"v1","kind":"{{kind}}","name":"{{name}}"} }""");
        Assert.Equal(200, await Robot.CodeAsync(server, token));

        await server.Admin.RemoveAsync(path.StartsWith('/') ? path : $"/api/v1/namespaces/default/{path}");
        Assert.Equal(401, await Robot.CodeAsync(server, token));
        await CreateAsync(); // Of the same name, but another.
        Assert.Equal(401, await Robot.CodeAsync(server, token));

        async Task CreateAsync()
        {
            await server.Admin.PostAsync(Robot.Secrets, """{"metadata":{"name":"s"}}""");
            await server.Admin.PostAsync("/api/v1/nodes", """{"metadata":{"name":"n"}}""");
        }
    }

    private static JsonNode Claims(string token) => JsonNode.Parse(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.Split('.')[1])))!;

    private static async Task<JsonNode> ReviewAsync(TestServer server, string token, string audience) =>
        (await server.Admin.PostAsync("/apis/authentication.k8s.io/v1/tokenreviews", new JsonObject { ["spec"] = new JsonObject { ["token"] = token, ["audiences"] = new JsonArray(audience) } }.ToJsonString())).Json["status"]!;
}
