using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using Navarch.ApiServer.Audit;
using Navarch.ApiServer.Encryption;
using Navarch.ApiServer.Tests.Server;
using Navarch.ApiServer.Tests.Tokens;
using Navarch.Testing;

namespace Navarch.ApiServer.Tests.Secrecy;

/// <summary>Tokens and the values of Secrets are in no log, record, event, metric or answer but the one that they are asked for with.</summary>
public sealed class NothingSecretIsToldTests : IDisposable
{
    private static readonly string Value = $"{SecretLeaks.Marker}-{Guid.NewGuid():N}";
    private static readonly string Encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(Value));

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("navarch-secrecy-");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string AuditFile => Path.Combine(folder.FullName, "audit.log");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task What_goes_wrong_with_a_Secret_is_told_without_its_values()
    {
        await using var server = await TestServer.StartAsync();
        Assert.Equal(201, (await server.Admin.PostAsync(Robot.Secrets, $$$"""{"metadata":{"name":"s"},"data":{"password":"{{{Encoded}}}"} }""")).Code);
        Assert.Equal(201, (await server.Admin.PostAsync(Robot.Secrets, $$$"""{"metadata":{"name":"fixed"},"immutable":true,"data":{"password":"{{{Encoded}}}"} }""")).Code);
        const string One = Robot.Secrets + "/s";
        Answer[] refused =
        [
            await server.Admin.PostAsync(Robot.Secrets, $$$"""{"metadata":{"name":"a"},"data":{"password":"{{{Value}}}"} }"""), // Not base64.
            await server.Admin.PostAsync(Robot.Secrets, $$$"""{"metadata":{"name":"a"},"data":["{{{Encoded}}}"] }"""),
            await server.Admin.PostAsync(Robot.Secrets, $$$"""{"metadata":{"name":"a"},"data":"{{{Encoded}}}" }"""),
            await server.Admin.PostAsync(Robot.Secrets, $$$"""{"metadata":{"name":"a"},"stringData":{"password":{"x":"{{{Value}}}"} } }"""),
            await server.Admin.PostAsync(Robot.Secrets, $$$"""{"metadata":{"name":"a"},"data":{"password":"{{{Encoded}}}" """),
            await server.Admin.PostAsync(Robot.Secrets + "?fieldValidation=Strict", $$$"""{"metadata":{"name":"a"},"data":{"password":"{{{Encoded}}}","password":"{{{Encoded}}}"} }"""),
            await server.Admin.PostAsync(Robot.Secrets, $$$"""{"metadata":{"name":"a"},"type":"kubernetes.io/dockerconfigjson","stringData":{".dockerconfigjson":"{{{Value}}}"} }"""),
            await server.Admin.PostAsync(Robot.Secrets, $$$"""{"metadata":{"name":"a"},"type":"kubernetes.io/tls","stringData":{"tls.crt":"{{{Value}}}"} }"""),
            await server.Admin.SendAsync(HttpMethod.Post, Robot.Secrets, $"metadata: {{name: a}}\nstringData: [{Value}\n", "application/yaml"),
            await server.Admin.PutAsync(Robot.Secrets + "/fixed", $$$"""{"metadata":{"name":"fixed"},"immutable":true,"stringData":{"password":"{{{Value}}}2"} }"""),
            await server.Admin.PutAsync(One, $$$"""{"metadata":{"name":"s"},"type":"other","stringData":{"password":"{{{Value}}}2"} }"""),
            await server.Admin.PatchAsync(One, "json-patch+json", $$$"""[{"op":"test","path":"/data/password","value":"{{{Value}}}"}]"""),
            await server.Admin.PatchAsync(One, "json-patch+json", $$$"""[{"op":"add","path":"/data/password/x","value":"{{{Value}}}"}]"""),
            await server.Admin.PatchAsync(One, "merge-patch+json", $$$"""{"data":{"password":["{{{Value}}}"]} }"""),
            await server.Admin.PatchAsync(One, "strategic-merge-patch+json", $$$"""{"data":"{{{Value}}}"}"""),
            await server.Admin.PatchAsync(One + "?fieldValidation=Strict", "merge-patch+json", """{"more":1}"""), // Who may patch may not read.
            await server.Admin.PatchAsync(One, "merge-patch+json", """{"kind":"ConfigMap"}"""),
            await server.Admin.PatchAsync(One + "?fieldManager=other", "apply-patch+yaml", $$$"""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":["{{{Encoded}}}"] }"""),
            await server.Admin.PatchAsync(One + "?fieldManager=other", "apply-patch+yaml", $$$"""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"stringData":{"password":"{{{Value}}}2"} }"""),
        ];

        Assert.All(refused, static answer => Assert.True(answer.Code is >= 400 and <= 500, $"{answer.Code}"));
        Assert.All(refused, static answer => Assert.Empty(SecretLeaks.In(answer.Text + string.Join(' ', answer.Warnings))));
        var table = await server.Admin.GetAsync(One, "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");
        Assert.Empty(SecretLeaks.In(table.Json["rows"]![0]!["cells"]!.ToJsonString()));
        Assert.Empty(SecretLeaks.In((await server.Admin.GetAsync(One, "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io")).Text));
    }

    [Fact]
    public async Task Credentials_are_told_to_nobody_whatever_becomes_of_the_request()
    {
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "policy.yaml"), "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- {level: Metadata}\n", Ct);
        await using var server = await TestServer.StartAsync(config => config with
        {
            AuditPolicyFile = Path.Combine(folder.FullName, "policy.yaml"),
            AuditLog = new AuditLogConfig(AuditFile, 100 << 20, 0, TimeSpan.Zero),
        });
        await Robot.CreateAsync(server);
        var token = await Robot.TokenAsync(server);
        await server.Admin.PostAsync(Robot.Pods, """{"metadata":{"name":"p"},"spec":{"nodeName":"gone","containers":[{"name":"c","image":"i"}]}}""");
        string[] paths =
        [
            "/version", "/api/v1/pods", "/no/such/path", $"{Robot.Pods}?access_token={token}", $"/api/v1/namespaces/default/pods/p/proxy/?token={token}&x=1",
            $"/api/v1/namespaces/default/pods/p/proxy/{token}", $"/version?password={Value}", $"/api/v1/namespaces/default/pods/p/exec?command={token}",
        ];
        foreach (var credentials in (string[])[token, token[..^3] + "AAA", Value])
        {
            foreach (var path in paths)
            {
                Assert.Empty(SecretLeaks.In(Told(await Robot.Bearer(server, credentials).AskAsync(path), path)));
            }

            await SocketAsync(server, credentials);
        }

        foreach (var scheme in (string[])["Basic", "Digest", "bearer"])
        {
            var client = server.ClientOf(null);
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(scheme, Value);
            Assert.Empty(SecretLeaks.In((await client.AskAsync("/api")).Text));
        }

        Assert.All(await Task.WhenAll(paths.Select(path => server.Admin.AskAsync(path))), static answer => Assert.NotEqual(0, answer.Code));
        var review = $$$"""{"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","spec":{"token":"{{{Value}}}"} }""";
        await server.Admin.PostAsync("/apis/authentication.k8s.io/v1/tokenreviews", review);
        await server.Admin.PostAsync("/apis/authentication.k8s.io/v1/tokenreviews", review.Replace("spec", "spek", StringComparison.Ordinal) + "}");

        Assert.Empty(SecretLeaks.In((await server.Admin.AskAsync("/metrics")).Text));
        Assert.Empty(SecretLeaks.In((await server.Admin.AskAsync("/api/v1/events")).Text));
        Assert.Equal((404, 404), ((await server.Admin.AskAsync("/debug/pprof")).Code, (await server.Admin.AskAsync("/debug/flags/v")).Code));
        await server.Host.StopAsync();
        var audit = await File.ReadAllTextAsync(AuditFile, Ct);
        Assert.Contains("/proxy/?token=***&x=1", audit, StringComparison.Ordinal);
        Assert.Contains("issued-credential-id\":\"JTI=", audit, StringComparison.Ordinal);
        Assert.Empty(SecretLeaks.In(audit));
        Assert.Empty(SecretLeaks.In(server.Logged));
    }

    [Fact]
    public async Task Files_with_keys_are_for_their_owner_alone()
    {
        await using var server = await TestServer.StartAsync(config => config with { EncryptionKeys = new EncryptionKeyFile(Path.Combine(folder.FullName, "keys", "encryption.json")) });
        await server.Admin.PostAsync(Robot.Keys + "/rotate", "");

        foreach (var file in Directory.EnumerateFiles(folder.FullName, "*", SearchOption.AllDirectories).Append(server.TokenKeyFile))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public void What_looks_like_a_secret_is_found_and_not_repeated()
    {
        var text = $"before {Value} after";

        var find = Assert.Single(SecretLeaks.In(text));

        Assert.DoesNotContain(SecretLeaks.Marker, find, StringComparison.Ordinal);
        Assert.Single(SecretLeaks.In($"x{Encoded}"));
        Assert.Empty(SecretLeaks.In("system:serviceaccount:default:robot eyJhbGciOiJFUzI1NiJ9"));
    }

    // A proxied path is the client's own to read, and is in the answer of who asked for it.
    private static string Told(Answer answer, string path) => answer.Text.Replace(path, "", StringComparison.Ordinal);

    // Browsers cannot set headers: they hide tokens in the name of a protocol.
    private static async Task SocketAsync(TestServer server, string token)
    {
        using var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        socket.Options.AddSubProtocol("v5.channel.k8s.io");
        socket.Options.AddSubProtocol("base64url.bearer.authorization.k8s.io." + System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(token)));
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new UriBuilder(server.Host.Address) { Scheme = "wss", Path = "/api/v1/namespaces/default/pods/p/exec" }.Uri, Ct));
        Assert.Empty(SecretLeaks.In(refused.ToString()));
    }
}
