using System.Text.Json.Nodes;
using Navarch.ApiServer.Audit;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Admission.Webhooks;

/// <summary>What operators see of webhooks: through kubectl, and in the audit log.</summary>
public sealed class KubectlWebhookTests
{
    public static TheoryData<string> Newest => [.. Kubectl.Versions.TakeLast(1)];

    [Theory]
    [MemberData(nameof(Newest))]
    public async Task A_refusal_is_printed_as_it_is_everywhere(string version)
    {
        await using var server = await TestServer.StartAsync();
        await using var hook = await HookServer.StartAsync(server.Admin);
        hook.Respond = static (_, request) => (string)request["operation"]! == "CREATE" ? new JsonObject
        {
            ["allowed"] = false,
            ["status"] = new JsonObject { ["code"] = 403, ["reason"] = "Forbidden", ["message"] = "not on Fridays" },
            ["warnings"] = new JsonArray("ask again on Monday"),
        } : null;
        await hook.ConfigureAsync("Validating", "fridays", hook.Hook("fridays.example.com", "", "configmaps"));
        var kubectl = new Kubectl(server, version);
        var path = kubectl.Manifest("map.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}");

        var (code, _, error) = await kubectl.RunAsync("apply", "-f", path);

        Assert.Equal(1, code);
        Assert.Equal(
            $"Warning: ask again on Monday\nError from server (Forbidden): error when creating \"{path}\": admission webhook \"fridays.example.com\" denied the request: not on Fridays\n", error);
    }

    [Fact]
    public async Task What_webhooks_did_and_said_is_in_the_audit_log()
    {
        var folder = Directory.CreateTempSubdirectory("navarch-hook-audit-");
        try
        {
            var policy = Path.Combine(folder.FullName, "policy.yaml");
            var log = Path.Combine(folder.FullName, "audit.log");
            await File.WriteAllTextAsync(
                policy, "{apiVersion: audit.k8s.io/v1, kind: Policy, omitStages: [RequestReceived], rules: [{level: Request, resources: [{group: \"\", resources: [configmaps]}]}]}", TestContext.Current.CancellationToken);
            await using (var server = await TestServer.StartAsync(config => config with { AuditPolicyFile = policy, AuditLog = new AuditLogConfig(log, 1 << 20, 0, TimeSpan.Zero) }))
            {
                await using var hook = await HookServer.StartAsync(server.Admin);
                hook.Respond = static (path, _) =>
                {
                    var patch = path == "/m" ? HookServer.Patch("""[{"op":"add","path":"/data","value":{"k":"v"}}]""") : new JsonObject { ["allowed"] = true };
                    patch["auditAnnotations"] = new JsonObject { ["checked"] = "yes " + path };
                    return patch;
                };
                await hook.ConfigureAsync("Mutating", "change", hook.Hook("m.example.com", "", "configmaps", path: "/m"));
                await hook.ConfigureAsync(
                    "Validating", "check", hook.Hook("v.example.com", "", "configmaps", path: "/v"),
                    hook.Hook("down.example.com", "", "configmaps", more: "\"failurePolicy\":\"Ignore\",\"clientConfig\":{\"url\":\"https://127.0.0.1:1/\"}"));
                Assert.Equal(201, (await server.Admin.PostAsync("/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"a"}}""")).Code);
            }

            var annotations = JsonNode.Parse((await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken)).Last())!["annotations"]!;
            Assert.Equal("yes /m", (string)annotations["m.example.com/checked"]!);
            Assert.Equal("yes /v", (string)annotations["v.example.com/checked"]!);
            Assert.Equal("""{"configuration":"change","webhook":"m.example.com","mutated":true}""", (string)annotations["mutation.webhook.admission.k8s.io/round_0_index_0"]!);
            Assert.Equal(
                """{"configuration":"change","webhook":"m.example.com","patch":[{"op":"add","path":"/data","value":{"k":"v"}}],"patchType":"JSONPatch"}""",
                (string)annotations["patch.webhook.admission.k8s.io/round_0_index_0"]!);
            Assert.Equal("down.example.com", (string)annotations["failed-open.validating.webhook.admission.k8s.io/round_0_index_1"]!);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
