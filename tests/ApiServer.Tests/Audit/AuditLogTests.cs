using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Navarch.ApiServer.Audit;
using Navarch.ApiServer.Tests.Server;
using Navarch.Testing;

namespace Navarch.ApiServer.Tests.Audit;

public sealed class AuditLogTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("navarch-audit-").FullName;

    private string Log => Path.Combine(folder, "audit.log");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_request_is_recorded_with_who_what_and_when()
    {
        var events = await RecordAsync("rules: [{level: Metadata, resources: [{group: \"\", resources: [configmaps]}]}]", async server =>
        {
            await server.Admin.PostAsync("/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"a"},"data":{"password":"hunter2"}}""");
            await server.Admin.AskAsync("/api/v1/namespaces/default/pods");
        });

        Assert.Equal(["RequestReceived", "ResponseComplete"], events.Select(static e => (string?)e["stage"]));
        var done = events[1];
        Assert.Equal(("Event", "audit.k8s.io/v1", "Metadata", "create"), ((string?)done["kind"], (string?)done["apiVersion"], (string?)done["level"], (string?)done["verb"]));
        Assert.Equal("/api/v1/namespaces/default/configmaps", (string?)done["requestURI"]);
        Assert.Equal(("admin", "system:masters"), ((string?)done["user"]!["username"], (string?)done["user"]!["groups"]![0]));
        Assert.Equal("""{"resource":"configmaps","namespace":"default","name":"a","apiVersion":"v1"}""", done["objectRef"]!.ToJsonString());
        Assert.Equal(201, (int?)done["responseStatus"]!["code"]);
        Assert.Equal("allow", (string?)done["annotations"]!["authorization.k8s.io/decision"]);
        Assert.Equal("127.0.0.1", (string?)done["sourceIPs"]![0]);
        Assert.Equal((string?)events[0]["auditID"], (string?)done["auditID"]);
        Assert.DoesNotContain("hunter2", done.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bodies_are_recorded_at_the_levels_that_ask_for_them()
    {
        var events = await RecordAsync("""
            omitStages: [RequestReceived]
            omitManagedFields: true
            rules:
            - {level: RequestResponse, verbs: [get, create, list], resources: [{group: "", resources: [configmaps]}]}
            - {level: Request, verbs: [patch], resources: [{group: "", resources: [configmaps]}]}
            """, async server =>
        {
            await server.Admin.PostAsync("/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"a"},"data":{"k":"v"}}""");
            await server.Admin.PatchAsync("/api/v1/namespaces/default/configmaps/a", "merge-patch+json", """{"data":{"k":"w"}}""");
            await server.Admin.GetAsync("/api/v1/namespaces/default/configmaps/a", "application/vnd.kubernetes.protobuf");
            await server.Admin.AskAsync("/api/v1/namespaces/default/configmaps/none");
            Assert.Single((await server.Admin.AskAsync("/api/v1/namespaces/default/configmaps")).Items);
        });

        Assert.Equal(5, events.Count);
        Assert.Equal("v", (string?)events[0]["requestObject"]!["data"]!["k"]);
        Assert.Equal("v", (string?)events[0]["responseObject"]!["data"]!["k"]);
        Assert.Null(events[0]["responseObject"]!["metadata"]!["managedFields"]);
        Assert.Equal("""{"data":{"k":"w"}}""", events[1]["requestObject"]!.ToJsonString());
        Assert.Null(events[1]["responseObject"]);
        Assert.Equal("w", (string?)events[2]["responseObject"]!["data"]!["k"]);
        Assert.Equal((404, "NotFound"), ((int)events[3]["responseStatus"]!["code"]!, (string?)events[3]["responseStatus"]!["reason"]));
        Assert.Equal("ConfigMapList", (string?)events[4]["responseObject"]!["kind"]);
    }

    [Fact]
    public async Task Nobody_writes_a_body_so_that_it_is_carried_out_and_not_recorded()
    {
        const string Maps = "/api/v1/namespaces/default/configmaps";
        const string Protobuf = "application/vnd.kubernetes.protobuf";
        (HttpMethod Method, string Path, string Type, byte[] Body, int Code)[] requests =
        [
            (HttpMethod.Post, Maps, "application/json", Utf8("""{"metadata":{"name":"a"},"data":{"k":"\ud800 said"}}"""), 201),
            (HttpMethod.Post, Maps, "application/json", [.. Utf8("""{"metadata":{"name":"b"},"data":{"k":"said """), 0xff, .. Utf8("\"}}")], 201),
            (HttpMethod.Post, Maps, "application/json", Utf8($$"""{"metadata":{"name":"c"},"data":{"k":"said"},"unknown":{{new string('[', 900)}}{{new string(']', 900)}}}"""), 201),
            (HttpMethod.Post, Maps, "application/json", Utf8("""{"metadata":{"name":"d","name":"d"},"data":{"k":"said","k":"said"},"data":{"k":"said"}}"""), 201),
            (HttpMethod.Patch, Maps + "/a", "application/merge-patch+json", Utf8("""{"data":{"k":"\udc00 said again"}}"""), 200),
            (HttpMethod.Patch, Maps + "/e?fieldManager=m", "application/apply-patch+yaml", Utf8("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"e"},"data":{"k":"\ud800 said"}}"""), 201),
            (HttpMethod.Post, Maps, Protobuf, Enveloped("", Message(1, Message(1, "f")), Message(2, Message(1, "k"), Message(2, "said"))), 201),
            (HttpMethod.Post, "/api/v1/namespaces/default/pods/none/eviction", Protobuf, Enveloped("Eviction", Message(1, Message(1, "none"), Message(12, Message(1, "k"), Message(2, "said")))), 404),
        ];
        var events = await RecordAsync("omitStages: [RequestReceived]\nomitManagedFields: true\nrules: [{level: Request, verbs: [create, patch]}]", async server =>
        {
            foreach (var (method, path, type, body, code) in requests)
            {
                using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(body) { Headers = { ContentType = new(type) } } };
                using var answer = await server.Admin.SendAsync(request, TestContext.Current.CancellationToken);
                Assert.Equal(code, (int)answer.StatusCode);
            }
        });

        Assert.Equal(requests.Length, events.Count);
        Assert.All(events, static one => Assert.Contains("said", one["requestObject"]?.ToJsonString() ?? "", StringComparison.Ordinal));
        Assert.Equal(["a", "b", "c", "d", "a", "e", "f", "none"], events.Select(static one => (string?)one["objectRef"]!["name"]));

        static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);
        static byte[] Message(int number, params object[] parts) => parts.SelectMany(static part => part as byte[] ?? Utf8((string)part)).ToArray() is var all ? [(byte)((number << 3) | 2), (byte)all.Length, .. all] : [];
        static byte[] Enveloped(string kind, params byte[][] parts) => [.. "k8s\0"u8, .. kind.Length == 0 ? [] : Message(1, Message(1, "policy/v1"), Message(2, kind)), .. Message(2, parts.SelectMany(static part => part).ToArray())];
    }

    [Fact]
    public async Task A_watch_is_recorded_when_it_begins_and_when_it_ends_and_a_stranger_is_recorded_too()
    {
        var events = await RecordAsync("rules: [{level: RequestResponse}]", async server =>
        {
            await server.Admin.AskAsync("/api/v1/namespaces/default/configmaps?watch=1&timeoutSeconds=1");
            var stranger = await server.ClientOf(null).AskAsync("/api/v1/namespaces/default/secrets");
            Assert.Contains(stranger.Code, new[] { 401, 403 });
        });

        Assert.Equal(["RequestReceived", "ResponseStarted", "ResponseComplete"], events.Where(static e => (string?)e["verb"] == "watch").Select(static e => (string?)e["stage"]));
        var refused = events.Last(static e => (string?)e["objectRef"]?["resource"] == "secrets");
        Assert.Contains((int)refused["responseStatus"]!["code"]!, new[] { 401, 403 });
    }

    [Fact]
    public async Task Who_acts_for_somebody_else_is_recorded_as_both_and_a_refusal_with_its_reason()
    {
        var events = await RecordAsync("omitStages: [RequestReceived]\nrules: [{level: Metadata, resources: [{group: \"\", resources: [secrets]}]}]", async server =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/namespaces/default/secrets/a") { Headers = { { "Impersonate-User", "jane" } } };
            using var answer = await server.Admin.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(403, (int)answer.StatusCode);
        });

        var refused = Assert.Single(events);
        Assert.Equal(("admin", "jane"), ((string?)refused["user"]!["username"], (string?)refused["impersonatedUser"]!["username"]));
        Assert.Equal("forbid", (string?)refused["annotations"]!["authorization.k8s.io/decision"]);
        Assert.Equal(("Forbidden", 403), ((string?)refused["responseStatus"]!["reason"], (int)refused["responseStatus"]!["code"]!));
    }

    [Fact]
    public async Task What_pod_security_has_to_say_is_recorded()
    {
        var events = await RecordAsync("""
            omitStages: [RequestReceived]
            rules: [{level: Metadata, verbs: [create], resources: [{group: "", resources: [pods]}, {group: apps, resources: [deployments]}]}]
            """, async server =>
        {
            await server.Admin.PatchAsync("/api/v1/namespaces/default", "merge-patch+json", """{"metadata":{"labels":{"pod-security.kubernetes.io/audit":"restricted","pod-security.kubernetes.io/enforce":"baseline","pod-security.kubernetes.io/enforce-version":"v1.30"}}}""");
            const string Pod = """{"metadata":{"name":"NAME","labels":{"a":"b"}},"spec":{"hostPID":HOST,"containers":[{"name":"c","image":"i","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"runAsNonRoot":true}}]}}""";
            foreach (var (name, host) in ((string, string)[])[("a", "false"), ("b", "true")])
            {
                await server.Admin.PostAsync("/api/v1/namespaces/default/pods", Pod.Replace("NAME", name, StringComparison.Ordinal).Replace("HOST", host, StringComparison.Ordinal));
            }

            await server.Admin.PostAsync("/apis/apps/v1/namespaces/default/deployments", """{"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":TEMPLATE}}"""
                .Replace("TEMPLATE", Pod.Replace("\"name\":\"NAME\",", "", StringComparison.Ordinal).Replace("HOST", "false", StringComparison.Ordinal), StringComparison.Ordinal));
            await server.Admin.PostAsync("/api/v1/namespaces/kube-system/pods", Pod.Replace("NAME", "free", StringComparison.Ordinal).Replace("HOST", "true", StringComparison.Ordinal));
        });

        const string Seccomp = "would violate PodSecurity \"restricted:latest\": seccompProfile (pod or container \"c\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")";
        Assert.Equal([201, 403, 201, 201], events.Select(static e => (int)e["responseStatus"]!["code"]!));
        Assert.Equal(["baseline:v1.30", "baseline:v1.30", null, "privileged:latest"], events.Select(static e => Said(e, "enforce-policy")));
        Assert.Equal([Seccomp, Seccomp.Replace("seccompProfile (", "host namespaces (hostPID=true), seccompProfile (", StringComparison.Ordinal), Seccomp, null], events.Select(static e => Said(e, "audit-violations")));

        static string? Said(JsonNode e, string key) => (string?)e["annotations"]!["pod-security.kubernetes.io/" + key];
    }

    [Fact]
    public async Task A_full_file_is_put_aside_and_the_oldest_are_removed()
    {
        // All within the same millisecond: they must not replace each other.
        var file = new AuditFile(new AuditLogConfig(Log, BytesMax: 1000, BackupsMax: 2, TimeSpan.Zero), new FakeTime(), NullLogger.Instance);
        var running = file.RunAsync();
        for (var i = 0; i < 8; i++)
        {
            await file.AddAsync(Enumerable.Repeat((byte)i, 400).ToArray());
            var expected = i % 2 == 0 ? 400 : 800;
            await Until.TrueAsync(() => new FileInfo(Log) is { Exists: true } log && log.Length == expected, "the line"); // One at a time, so that none shares a write.
        }

        file.Complete();
        await running;
        Assert.Equal([2, 4, 6], Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(static path => File.ReadAllBytes(path)[0]));
        Assert.All(Directory.GetFiles(folder), static path => Assert.InRange(new FileInfo(path).Length, 400, 1000));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Log));
    }

    /// <summary>What a server with the policy records of what is done.</summary>
    private async Task<List<JsonNode>> RecordAsync(string policy, Func<TestServer, Task> act)
    {
        var path = Path.Combine(folder, "policy.yaml");
        await File.WriteAllTextAsync(path, "apiVersion: audit.k8s.io/v1\nkind: Policy\n" + policy, TestContext.Current.CancellationToken);
        await using (var server = await TestServer.StartAsync(config => config with { AuditPolicyFile = path, AuditLog = new AuditLogConfig(Log, 1 << 20, 0, TimeSpan.Zero) }))
        {
            await act(server);
        }

        return [.. (await File.ReadAllLinesAsync(Log, TestContext.Current.CancellationToken)).Select(static line => JsonNode.Parse(line, documentOptions: new() { MaxDepth = 1000 })!)];
    }
}
