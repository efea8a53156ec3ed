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
        Assert.Null((await ReviewAsync(server, token, "vault"))["authenticated"]);
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
    public async Task Others_can_check_tokens_by_what_the_server_publishes()
    {
        await using var server = await TestServer.StartAsync();

        var configuration = await server.Admin.AskAsync("/.well-known/openid-configuration");
        var keys = await server.Admin.AskAsync("/openid/v1/jwks");

        Assert.Equal(("application/json", "https://kubernetes.default.svc.cluster.local"), (configuration.ContentType, (string)configuration.Json["issuer"]!));
        Assert.EndsWith("/openid/v1/jwks", (string)configuration.Json["jwks_uri"]!);
        Assert.Equal("application/jwk-set+json", keys.ContentType);
        Assert.Equal(("EC", "P-256", "ES256", "sig"), ((string)Key("kty")!, (string)Key("crv")!, (string)Key("alg")!, (string)Key("use")!));

        JsonNode? Key(string name) => keys.Json["keys"]![0]![name];
    }

    private static JsonNode Claims(string token) => JsonNode.Parse(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.Split('.')[1])))!;

    private static async Task<JsonNode> ReviewAsync(TestServer server, string token, string audience) =>
        (await server.Admin.PostAsync("/apis/authentication.k8s.io/v1/tokenreviews", new JsonObject { ["spec"] = new JsonObject { ["token"] = token, ["audiences"] = new JsonArray(audience) } }.ToJsonString())).Json["status"]!;
}
