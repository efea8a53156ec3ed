using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Navarch.ApiServer.Tests.Server;
using Navarch.Machinery.Tokens;
using JsonArray = Navarch.Machinery.Json.JsonArray;
using JsonNumber = Navarch.Machinery.Json.JsonNumber;
using JsonObject = Navarch.Machinery.Json.JsonObject;
using JsonText = Navarch.Machinery.Json.JsonText;

namespace Navarch.ApiServer.Tests.Authentication;

public sealed class CredentialsTests
{
    private const string Issuer = "https://kubernetes.default.svc.cluster.local";
    private const string Secrets = "/api/v1/namespaces/kube-system/secrets";

    [Fact]
    public async Task Without_credentials_one_learns_of_health_and_version()
    {
        await using var server = await TestServer.StartAsync();
        var stranger = server.ClientOf(null);

        Assert.Equal((200, 200), ((await stranger.AskAsync("/version")).Code, (await stranger.AskAsync("/healthz")).Code));
        Assert.Equal((401, 401), ((await stranger.AskAsync("/api")).Code, (await stranger.AskAsync("/openid/v1/jwks")).Code));
        Assert.Equal((401, 401), ((await stranger.AskAsync("/version/")).Code, (await stranger.AskAsync("/metrics")).Code));
    }

    [Fact]
    public async Task Anonymous_users_can_be_let_in_everywhere_and_have_rights_nowhere()
    {
        await using var server = await TestServer.StartAsync(static config => config with { Authentication = config.Authentication with { AnonymousPaths = null } });
        var stranger = server.ClientOf(null);

        Assert.Equal(200, (await stranger.AskAsync("/version")).Code);
        Assert.Equal(
            (403, "pods is forbidden: User \"system:anonymous\" cannot list resource \"pods\" in API group \"\" at the cluster scope"),
            (await stranger.AskAsync("/api/v1/pods") is var answer ? (answer.Code, answer.Message) : default));
        Assert.Equal(403, (await stranger.AskAsync("/api")).Code);
    }

    [Fact]
    public async Task Bad_credentials_are_not_taken_for_none()
    {
        await using var server = await TestServer.StartAsync();
        using var other = new TestAuthority();

        Assert.Equal(401, (await Bearer(server, "nonsense").AskAsync("/version")).Code);
        Assert.Equal(401, (await server.ClientOf(other.Client("admin", "system:masters")).AskAsync("/version")).Code);
        Assert.Equal(401, (await server.ClientOf(server.Authority.Client("late", DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(51))).AskAsync("/version")).Code);
        Assert.Equal(401, (await server.ClientOf(server.Authority.Sign("CN=server", "1.3.6.1.5.5.7.3.1")).AskAsync("/version")).Code);
    }

    [Theory]
    [InlineData("good", 200)]
    [InlineData("expired", 401)]
    [InlineData("early", 401)]
    [InlineData("audience", 401)]
    [InlineData("issuer", 401)]
    [InlineData("none", 401)]
    [InlineData("resigned", 401)]
    [InlineData("altered", 401)]
    [InlineData("hmac", 401)]
    [InlineData("endless", 401)]
    [InlineData("future", 401)]
    [InlineData("skewed", 200)]
    [InlineData("hmacOfKey", 401)]
    [InlineData("keyPath", 401)]
    [InlineData("ownKey", 401)]
    [InlineData("twice", 401)]
    [InlineData("critical", 401)]
    [InlineData("long", 401)]
    [InlineData("padded", 401)]
    [InlineData("four", 401)]
    public async Task A_forged_or_stale_token_is_worth_nothing(string kind, int code)
    {
        await using var server = await TestServer.StartAsync();
        var account = (await server.Admin.PostAsync("/api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"robot"}}""")).Json;
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var claims = Claims((string)account["metadata"]!["uid"]!, kind == "issuer" ? "https://evil.example.com" : Issuer, kind == "audience" ? "vault" : Issuer);
        claims.Set("nbf", new JsonNumber(kind == "early" ? now + 600 : kind == "skewed" ? now + 30 : now - 600));
        if (kind != "endless")
        {
            claims.Set("exp", new JsonNumber(kind == "expired" ? now - 1 : now + 600));
        }

        if (kind == "future")
        {
            claims.Set("iat", new JsonNumber(now + 600));
        }

        if (kind == "long")
        {
            claims.Set("filler", new JsonText(new string('x', 16 * 1024)));
        }

        using var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var token = (kind == "resigned" ? TokenKey.Of(foreign) : server.TokenKey).Sign(claims);
        var (head, payload, signature) = token.Split('.') is [var a, var b, var c] ? (a, b, c) : default;
        token = kind switch
        {
            "none" => $"{Encoded("""{"alg":"none"}""")}.{payload}.",
            "hmac" => $"{Encoded("""{"alg":"HS256"}""")}.{payload}.{signature}",
            "hmacOfKey" => Hmac(Encoded("""{"alg":"HS256"}"""), payload, server.TokenKey.PublicKey.ToUtf8()),
            "keyPath" => $"{Encoded("""{"alg":"ES256","kid":"../../../../dev/null"}""")}.{payload}.{signature}",
            "ownKey" => WithOwnKey(server.TokenKey, claims),
            "twice" => $"{head}.{Encoded(claims.ToString()!.Replace("{\"aud\"", "{\"aud\":[],\"aud\"", StringComparison.Ordinal))}.{signature}",
            "critical" => $"{Encoded("""{"alg":"ES256","crit":["exp"]}""")}.{payload}.{signature}",
            "padded" => token + "==",
            "four" => token + "." + signature,
            "altered" => $"{head}.{Encoded(claims.ToString()!.Replace("robot", "admin", StringComparison.Ordinal))}.{signature}",
            _ => token,
        };

        Assert.Equal(code, (await Bearer(server, token).AskAsync("/version")).Code);
        var review = (await server.Admin.PostAsync("/apis/authentication.k8s.io/v1/tokenreviews", $$$"""{"spec":{"token":"{{{token}}}"} }""")).Json["status"]!;
        Assert.Equal(
            kind switch
            {
                "good" or "skewed" => null,
                "expired" or "endless" => "[invalid bearer token, service account token has expired]",
                "early" => "[invalid bearer token, service account token is not valid yet]",
                "future" => "[invalid bearer token, service account token is issued in the future]",
                "audience" => $"[invalid bearer token, token audiences [\"vault\"] is invalid for the target audiences [\"{Issuer}\"]]",
                _ => "invalid bearer token",
            },
            (string?)review["error"]);
    }

    [Fact]
    public async Task A_token_ends_with_the_pod_or_the_account_it_is_bound_to()
    {
        await using var server = await TestServer.StartAsync();
        const string Root = "/api/v1/namespaces/default";
        await server.Admin.PostAsync(Root + "/serviceaccounts", """{"metadata":{"name":"robot"}}""");
        const string Pod = """{"metadata":{"name":"p"},"spec":{"serviceAccountName":"robot","containers":[{"name":"c","image":"i"}]}}""";
        await server.Admin.PostAsync(Root + "/pods", Pod);
        var bound = Bearer(server, await TokenAsync("""{"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"p"}}}"""));
        var free = Bearer(server, await TokenAsync("{}"));
        Assert.Equal((200, 200), ((await bound.AskAsync("/version")).Code, (await free.AskAsync("/version")).Code));

        await server.Admin.RemoveAsync(Root + "/pods/p", """{"gracePeriodSeconds":0}""");
        await server.Admin.PostAsync(Root + "/pods", Pod); // Of the same name, but another.
        Assert.Equal((401, 200), ((await bound.AskAsync("/version")).Code, (await free.AskAsync("/version")).Code));

        await server.Admin.RemoveAsync(Root + "/serviceaccounts/robot");
        await server.Admin.PostAsync(Root + "/serviceaccounts", """{"metadata":{"name":"robot"}}""");
        Assert.Equal(401, (await free.AskAsync("/version")).Code);

        async Task<string> TokenAsync(string request) => (string)(await server.Admin.PostAsync(Root + "/serviceaccounts/robot/token", request)).Json["status"]!["token"]!;
    }

    [Fact]
    public async Task A_bootstrap_token_lasts_as_long_as_its_secret_says()
    {
        await using var server = await TestServer.StartAsync();
        var joining = Bearer(server, "abcdef.0123456789abcdef");
        Assert.Equal(401, (await joining.AskAsync("/version")).Code);

        await BootstrapAsync(server, "2100-01-01T00:00:00Z", "system:bootstrappers:workers");
        var who = await WhoAsync(joining);
        Assert.Equal("system:bootstrap:abcdef", (string)who["username"]!);
        Assert.Equal(["system:bootstrappers", "system:bootstrappers:workers", "system:authenticated"], who["groups"]!.AsArray().Select(static group => (string)group!));
        Assert.Equal(403, (await joining.AskAsync("/api/v1/nodes")).Code);
        Assert.Equal(401, (await Bearer(server, "abcdef.0123456789abcdeg").AskAsync("/version")).Code);

        foreach (var (expiration, groups) in ((string, string)[])[("2001-01-01T00:00:00Z", ""), ("soon", ""), ("2100-01-01T00:00:00Z", "system:masters")])
        {
            await server.Admin.RemoveAsync(Secrets + "/bootstrap-token-abcdef");
            await BootstrapAsync(server, expiration, groups);
            Assert.Equal(401, (await joining.AskAsync("/version")).Code);
        }
    }

    [Fact]
    public async Task Tokens_of_a_file_are_users()
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, "s3cret,ann,7,\"system:masters,dev\"\nother,bob,8\n", TestContext.Current.CancellationToken);
            await using var server = await TestServer.StartAsync(config => config with { Authentication = config.Authentication with { TokenFile = path } });

            var who = await WhoAsync(Bearer(server, "s3cret"));
            Assert.Equal(("ann", "7"), ((string)who["username"]!, (string)who["uid"]!));
            Assert.Equal(200, (await Bearer(server, "s3cret").AskAsync("/api/v1/nodes")).Code);
            Assert.Equal(403, (await Bearer(server, "other").AskAsync("/api/v1/nodes")).Code);
            Assert.Equal(401, (await Bearer(server, "s3cret2").AskAsync("/api/v1/nodes")).Code);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Headers_name_users_for_a_proxy_that_is_known_and_for_nobody_else()
    {
        using var proxies = new TestAuthority("proxies");
        await using var server = await TestServer.StartAsync(config => config with
        {
            Authentication = config.Authentication with { FrontProxy = new FrontProxyConfig([proxies.Certificate]) { AllowedNames = ["front"] } },
        });
        (string, string)[] headers = [("X-Remote-User", "ann"), ("X-Remote-Group", "system:masters"), ("X-Remote-Extra-Scopes%2Ffine", "a"), ("X-Remote-Uid", "7")];

        var who = await WhoAsync(With(server.ClientOf(proxies.Client("front")), headers));
        Assert.Equal(("ann", "7"), ((string)who["username"]!, (string)who["uid"]!));
        Assert.Equal("a", (string)who["extra"]!["scopes/fine"]![0]!);
        Assert.Equal(200, (await With(server.ClientOf(proxies.Client("front")), headers).AskAsync("/api/v1/nodes")).Code);

        Assert.Equal(401, (await With(server.ClientOf(proxies.Client("back")), headers).AskAsync("/api/v1/nodes")).Code);
        Assert.Equal(401, (await With(server.ClientOf(null), headers).AskAsync("/api/v1/nodes")).Code);
        Assert.Equal(401, (await server.ClientOf(proxies.Client("front")).AskAsync("/api/v1/nodes")).Code);
        var smuggled = await With(server.ClientOf(server.Authority.Client("eve")), headers).AskAsync("/api/v1/nodes");
        Assert.Equal((403, true), (smuggled.Code, smuggled.Message.Contains("User \"eve\"", StringComparison.Ordinal)));
        Assert.Equal(403, (await With(server.ClientOf(server.Authority.Client("front")), headers).AskAsync("/api/v1/nodes")).Code);
    }

    [Fact]
    public async Task Headers_name_nobody_where_no_proxy_is_configured()
    {
        await using var server = await TestServer.StartAsync();
        (string, string)[] headers = [("X-Remote-User", "ann"), ("X-Remote-Group", "system:masters")];

        Assert.Equal(401, (await With(server.ClientOf(null), headers).AskAsync("/api/v1/nodes")).Code);
        Assert.Equal(403, (await With(server.ClientOf(server.Authority.Client("eve")), headers).AskAsync("/api/v1/nodes")).Code);
    }

    [Fact]
    public async Task It_is_told_which_certificate_was_shown()
    {
        await using var server = await TestServer.StartAsync();
        using var certificate = server.Authority.Client("ann", "dev");

        var who = await WhoAsync(server.ClientOf(certificate));

        Assert.Equal($"X509SHA256={Convert.ToHexStringLower(certificate.GetCertHash(System.Security.Cryptography.HashAlgorithmName.SHA256))}", (string)who["extra"]!["authentication.kubernetes.io/credential-id"]![0]!);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, true)]
    [InlineData(SslProtocols.Tls13, true)]
#pragma warning disable SYSLIB0039, CA5397 // That they are refused is the point.
    [InlineData(SslProtocols.Tls11, false)]
    [InlineData(SslProtocols.Tls, false)]
#pragma warning restore SYSLIB0039, CA5397
    public async Task Connections_are_of_TLS_1_2_at_least(SslProtocols protocol, bool isGood)
    {
        await using var server = await TestServer.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host.Address.Host, server.Host.Address.Port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(client.GetStream(), false, static (_, _, _, _) => true);
        var handshake = tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = protocol, CipherSuitesPolicy = null }, TestContext.Current.CancellationToken);

        var failure = await Record.ExceptionAsync(() => handshake);

        Assert.Equal(isGood, failure is null);
    }

    private static string Hmac(string head, string payload, byte[] secret) =>
        $"{head}.{payload}.{System.Buffers.Text.Base64Url.EncodeToString(HMACSHA256.HashData(secret, System.Text.Encoding.ASCII.GetBytes($"{head}.{payload}")))}";

    // The key that vouches for it is brought along. The signature is right, for the header as it is.
    private static string WithOwnKey(TokenKey key, JsonObject claims)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var content = $"{Encoded($$"""{"alg":"ES256","jwk":{{TokenKey.Of(pair).PublicKey}},"kid":"{{key.Id}}"}""")}.{System.Buffers.Text.Base64Url.EncodeToString(claims.ToUtf8())}";
        return $"{content}.{System.Buffers.Text.Base64Url.EncodeToString(pair.SignData(System.Text.Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256))}";
    }

    private static string Encoded(string text) => System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(text));

    private static JsonObject Claims(string uid, string issuer, string audience)
    {
        var account = new JsonObject();
        account.Set("name", new JsonText("robot"));
        account.Set("uid", new JsonText(uid));
        var about = new JsonObject();
        about.Set("namespace", new JsonText("default"));
        about.Set("serviceaccount", account);
        var claims = new JsonObject();
        claims.Set("aud", JsonArray.Of([new JsonText(audience)]));
        claims.Set("iss", new JsonText(issuer));
        claims.Set("kubernetes.io", about);
        claims.Set("sub", new JsonText("system:serviceaccount:default:robot"));
        return claims;
    }

    private static HttpClient Bearer(TestServer server, string token)
    {
        var client = server.ClientOf(null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private static HttpClient With(HttpClient client, params (string Name, string Value)[] headers)
    {
        foreach (var (name, value) in headers)
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        }

        return client;
    }

    private static async Task<JsonNode> WhoAsync(HttpClient client) =>
        (await client.PostAsync("/apis/authentication.k8s.io/v1/selfsubjectreviews", """{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}""")).Json["status"]!["userInfo"]!;

    private static async Task BootstrapAsync(TestServer server, string expiration, string groups) => Assert.Equal(201, (await server.Admin.PostAsync(Secrets, $$$$"""
        {"metadata":{"name":"bootstrap-token-abcdef"},"type":"bootstrap.kubernetes.io/token","stringData":{"token-id":"abcdef","token-secret":"0123456789abcdef",
        "usage-bootstrap-authentication":"true","expiration":"{{{{expiration}}}}","auth-extra-groups":"{{{{groups}}}}"} }
        """)).Code);
}
