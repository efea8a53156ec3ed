using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Tokens;

public sealed class OpenIdTests
{
    private const string Configuration = "/.well-known/openid-configuration";
    private const string Keys = "/openid/v1/jwks";

    [Fact]
    public async Task Others_can_check_tokens_by_what_the_server_publishes_alone()
    {
        await using var server = await TestServer.StartAsync();
        await Robot.CreateAsync(server);
        var tokens = new List<string> { await Robot.TokenAsync(server, """{"audiences":["shop"]}""") };
        foreach (var algorithm in (string[])["RS256", "ES256"])
        {
            await server.Admin.PostAsync($"{Robot.Keys}/rotate?algorithm={algorithm}", "");
            tokens.Add(await Robot.TokenAsync(server, """{"audiences":["shop"]}"""));
        }

        // As a service account would: it has the right through a default role.
        var robot = Robot.Bearer(server, await Robot.TokenAsync(server));
        var configuration = (await robot.AskAsync(Configuration)).Json;
        var keys = (await robot.AskAsync(new Uri((string)configuration["jwks_uri"]!).AbsolutePath)).Json["keys"]!.AsArray();

        foreach (var token in tokens)
        {
            Assert.Equal((string)configuration["issuer"]!, (string)Robot.Claims(token)["iss"]!);
            Assert.Contains((string)Robot.Header(token)["alg"]!, configuration["id_token_signing_alg_values_supported"]!.AsArray().Select(static alg => (string)alg!));
            Assert.True(IsSigned(token, keys));
            Assert.False(IsSigned(token[..^6] + "AAAAAA", keys));
        }
    }

    [Fact]
    public async Task What_is_published_has_upstreams_form()
    {
        await using var server = await TestServer.StartAsync(static config => config with { ServiceAccountTokens = config.ServiceAccountTokens! with { KeysAddress = "https://keys.example.com/jwks" } });

        using var configuration = await server.Admin.GetAsync(Configuration, TestContext.Current.CancellationToken);
        using var keys = await server.Admin.GetAsync(Keys, TestContext.Current.CancellationToken);

        Assert.Equal(("application/json", "public, max-age=3600"), (configuration.Content.Headers.ContentType!.ToString(), configuration.Headers.CacheControl!.ToString()));
        Assert.Equal(("application/jwk-set+json", "public, max-age=3600"), (keys.Content.Headers.ContentType!.ToString(), keys.Headers.CacheControl!.ToString()));
        Assert.Equal(
            """{"issuer":"https://kubernetes.default.svc.cluster.local","jwks_uri":"https://keys.example.com/jwks","response_types_supported":["id_token"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["ES256"]}""",
            await configuration.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var key = JsonNode.Parse(await keys.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["keys"]![0]!.AsObject();
        Assert.Equal(["use", "kty", "kid", "crv", "alg", "x", "y"], key.Select(static member => member.Key));
    }

    [Fact]
    public async Task Strangers_learn_of_the_keys_only_where_somebody_lets_them()
    {
        await using var server = await TestServer.StartAsync(static config => config with { Authentication = config.Authentication with { AnonymousPaths = null } });
        var stranger = server.ClientOf(null);
        Assert.Equal((403, 403), ((await stranger.AskAsync(Configuration)).Code, (await stranger.AskAsync(Keys)).Code));

        await server.Admin.PostAsync("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", """
            {"metadata":{"name":"open"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"system:service-account-issuer-discovery"},
            "subjects":[{"kind":"Group","apiGroup":"rbac.authorization.k8s.io","name":"system:unauthenticated"}]}
            """);
        Assert.Equal((200, 200), ((await stranger.AskAsync(Configuration)).Code, (await stranger.AskAsync(Keys)).Code));
    }

    // As any library does it: nothing of the server's own code is used.
    private static bool IsSigned(string token, JsonArray keys)
    {
        var end = token.LastIndexOf('.');
        var (content, signature) = (Encoding.ASCII.GetBytes(token[..end]), Base64Url.DecodeFromChars(token.AsSpan(end + 1)));
        var key = keys.Single(key => (string)key!["kid"]! == (string)Robot.Header(token)["kid"]!)!;
        if ((string)key["kty"]! == "RSA")
        {
            using var rsa = RSA.Create(new RSAParameters { Modulus = Bytes("n"), Exponent = Bytes("e") });
            return rsa.VerifyData(content, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }

        using var curve = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = Bytes("x"), Y = Bytes("y") } });
        return curve.VerifyData(content, signature, HashAlgorithmName.SHA256);

        byte[] Bytes(string name) => Base64Url.DecodeFromChars((string?)key[name]);
    }
}
