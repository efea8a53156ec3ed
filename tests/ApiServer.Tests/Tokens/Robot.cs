using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Tokens;

/// <summary>A service account <c>default/robot</c> and its tokens.</summary>
internal static class Robot
{
    public const string Accounts = "/api/v1/namespaces/default/serviceaccounts";
    public const string Pods = "/api/v1/namespaces/default/pods";
    public const string Secrets = "/api/v1/namespaces/default/secrets";
    public const string Pod = """{"metadata":{"name":"p"},"spec":{"serviceAccountName":"robot","containers":[{"name":"c","image":"i"}]}}""";
    public const string Keys = "/navarch/v1/tokens";

    /// <summary>Makes the account, and says its uid.</summary>
    public static async Task<string> CreateAsync(TestServer server) =>
        (string)(await server.Admin.PostAsync(Accounts, """{"metadata":{"name":"robot"}}""")).Json["metadata"]!["uid"]!;

    public static async Task<string> TokenAsync(TestServer server, string spec = "{}")
    {
        var answer = await server.Admin.PostAsync(Accounts + "/robot/token", $$"""{"spec":{{spec}}}""");
        Assert.Equal(201, answer.Code);
        return (string)answer.Json["status"]!["token"]!;
    }

    public static HttpClient Bearer(TestServer server, string token)
    {
        var client = server.ClientOf(null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>200 where the server knows whose token it is, 401 where it does not.</summary>
    public static async Task<int> CodeAsync(TestServer server, string token) => (await Bearer(server, token).AskAsync("/version")).Code;

    public static JsonNode Header(string token) => Part(token, 0);

    public static JsonNode Claims(string token) => Part(token, 1);

    private static JsonNode Part(string token, int at) => JsonNode.Parse(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.Split('.')[at])))!;
}
