using System.Text.Json.Nodes;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Admission.Webhooks;

/// <summary>Webhooks that may refuse, and which requests they are asked about.</summary>
public sealed class ValidatingWebhookTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private HttpClient Admin => shared.Admin;

    [Theory]
    [InlineData("""{"message":"no cats"}""", 400, "", "admission webhook \"no.example.com\" denied the request: no cats")]
    [InlineData("""{"message":"no cats","code":403,"reason":"Forbidden"}""", 403, "Forbidden", "admission webhook \"no.example.com\" denied the request: no cats")]
    [InlineData("""{"reason":"Invalid","code":200,"status":"Success"}""", 400, "Invalid", "admission webhook \"no.example.com\" denied the request: Invalid")]
    [InlineData("""{"message":"loud","code":100000}""", 500, "", "admission webhook \"no.example.com\" denied the request: loud")]
    [InlineData("{}", 400, "", "admission webhook \"no.example.com\" denied the request without explanation")]
    [InlineData("null", 400, "", "admission webhook \"no.example.com\" denied the request without explanation")]
    public async Task A_refusal_is_told_in_the_webhooks_words(string status, int code, string reason, string message)
    {
        var space = await shared.NamespaceAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        hook.Respond = (_, _) => HookServer.Deny(status);
        await hook.ConfigureAsync("Validating", "no", hook.Hook("no.example.com", space, "configmaps"));

        var answer = await Admin.PostAsync($"/api/v1/namespaces/{space}/configmaps", """{"metadata":{"name":"a"}}""");

        Assert.Equal((code, reason, message, "Failure"), (answer.Code, answer.Reason, answer.Message, (string)answer.Json["status"]!));
        Assert.Equal(404, (await Admin.AskAsync($"/api/v1/namespaces/{space}/configmaps/a")).Code);
    }

    [Fact]
    public async Task The_first_in_order_answers_where_several_refuse()
    {
        var space = await shared.NamespaceAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        hook.Respond = static (path, _) => HookServer.Deny($$"""{"message":"{{path}}"}""");
        await hook.ConfigureAsync("Validating", "several", hook.Hook("a.example.com", space, "configmaps", path: "/a"), hook.Hook("b.example.com", space, "configmaps", path: "/b"));

        var answer = await Admin.PostAsync($"/api/v1/namespaces/{space}/configmaps", """{"metadata":{"name":"a"}}""");

        Assert.Equal("admission webhook \"a.example.com\" denied the request: /a", answer.Message);
        Assert.Equal(2, hook.Asked.Count);
    }

    [Fact]
    public async Task Warnings_come_back_whether_allowed_or_not()
    {
        var space = await shared.NamespaceAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        hook.Respond = static (_, request) => new JsonObject { ["allowed"] = (string)request["name"]! == "a", ["warnings"] = new JsonArray("old \"thing\"", new string('x', 5000)) };
        await hook.ConfigureAsync("Validating", "warn", hook.Hook("warn.example.com", space, "configmaps"));

        var allowed = await Admin.PostAsync($"/api/v1/namespaces/{space}/configmaps", """{"metadata":{"name":"a"}}""");
        var refused = await Admin.PostAsync($"/api/v1/namespaces/{space}/configmaps", """{"metadata":{"name":"b"}}""");

        Assert.Equal((201, 400), (allowed.Code, refused.Code));
        Assert.All([allowed, refused], static answer =>
        {
            Assert.Equal("299 - \"old \\\"thing\\\"\"", answer.Warnings[0]);
            Assert.True(answer.Warnings[1].Length < 300);
        });
        Assert.Equal(2, (await DeleteAsync()).Warnings.Count);

        Task<Answer> DeleteAsync() => Admin.RemoveAsync($"/api/v1/namespaces/{space}/configmaps/a");
    }

    [Fact]
    public async Task Each_delete_of_a_collection_is_asked_about()
    {
        var space = await shared.NamespaceAsync();
        foreach (var name in (string[])["a", "b"])
        {
            await Admin.PostAsync($"/api/v1/namespaces/{space}/secrets", $$$$"""{"metadata":{"name":"{{{{name}}}}","labels":{"l":"{{{{name}}}}"}}}""");
        }

        await using var hook = await HookServer.StartAsync(Admin);
        hook.Respond = static (_, request) => (string)request["name"]! == "b" ? HookServer.Deny("""{"message":"b stays"}""") : null;
        await hook.ConfigureAsync("Validating", "stay", hook.Hook("stay.example.com", space, "secrets", "DELETE"));

        var answer = await Admin.RemoveAsync($"/api/v1/namespaces/{space}/secrets?propagationPolicy=Background");

        Assert.Equal("admission webhook \"stay.example.com\" denied the request: b stays", answer.Message);
        Assert.Contains("b", (await Admin.AskAsync($"/api/v1/namespaces/{space}/secrets")).Items.Select(static item => (string)item!["metadata"]!["name"]!));
        hook.Respond = static (_, _) => null;
        Assert.Equal(200, (await Admin.RemoveAsync($"/api/v1/namespaces/{space}/secrets?propagationPolicy=Background")).Code);
        Assert.Empty((await Admin.AskAsync($"/api/v1/namespaces/{space}/secrets")).Items);
        var asked = hook.Asked.Last()["request"]!;
        Assert.Null(asked["object"]);
        Assert.Equal((string)asked["name"]!, (string)asked["oldObject"]!["metadata"]!["labels"]!["l"]!);
        Assert.Equal("""{"kind":"DeleteOptions","apiVersion":"meta.k8s.io/v1","propagationPolicy":"Background"}""", asked["options"]!.ToJsonString());
    }

    [Fact]
    public async Task An_object_is_selected_by_its_labels_before_or_after()
    {
        var space = await shared.NamespaceAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        await hook.ConfigureAsync("Validating", "chosen", hook.Hook("chosen.example.com", space, "configmaps", more: "\"objectSelector\":{\"matchLabels\":{\"watch\":\"me\"}}"));
        var maps = $"/api/v1/namespaces/{space}/configmaps";

        await Admin.PostAsync(maps, """{"metadata":{"name":"plain"}}""");
        Assert.Empty(hook.Asked);
        await Admin.PostAsync(maps, """{"metadata":{"name":"a","labels":{"watch":"me"}}}""");
        Assert.Single(hook.Asked);
        await Admin.PatchAsync(maps + "/a", "merge-patch+json", """{"metadata":{"labels":null}}""");
        Assert.Equal(2, hook.Asked.Count);
        await Admin.PatchAsync(maps + "/a", "merge-patch+json", """{"data":{"k":"v"}}""");
        Assert.Equal(2, hook.Asked.Count);
    }

    [Fact]
    public async Task Namespaces_are_selected_by_their_own_labels_and_what_is_in_none_by_every_selector()
    {
        await using var hook = await HookServer.StartAsync(Admin);
        var rules = "\"namespaceSelector\":{\"matchLabels\":{\"team\":\"a\"}},\"objectSelector\":{\"matchExpressions\":[{\"key\":\"ours\",\"operator\":\"Exists\"}]}";
        await hook.ConfigureAsync("Validating", "spaces", hook.Hook("spaces.example.com", "", "namespaces;priorityclasses", more: rules));

        await Admin.PostAsync("/api/v1/namespaces", """{"metadata":{"name":"hooked-none","labels":{"ours":""}}}""");
        Assert.Empty(hook.Asked);
        await Admin.PostAsync("/api/v1/namespaces", """{"metadata":{"name":"hooked-a","labels":{"ours":"","team":"a"}}}""");
        Assert.Equal(("hooked-a", "hooked-a"), ((string)hook.Asked.Single()["request"]!["name"]!, (string)hook.Asked.Single()["request"]!["namespace"]!));
        await Admin.PostAsync("/apis/scheduling.k8s.io/v1/priorityclasses", """{"metadata":{"name":"hooked","labels":{"ours":""}},"value":1}""");
        Assert.Equal(2, hook.Asked.Count);
    }

    [Fact]
    public async Task A_request_in_another_version_is_converted_unless_the_match_must_be_exact()
    {
        var space = await shared.NamespaceAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        const string V2 = "\"rules\":[{\"operations\":[\"*\"],\"apiGroups\":[\"autoscaling\"],\"apiVersions\":[\"v2\"],\"resources\":[\"horizontalpodautoscalers\"]}]";
        hook.Respond = static (path, _) => path == "/exact" ? HookServer.Deny("{}") : HookServer.Patch("""[{"op":"replace","path":"/spec/metrics/0/resource/target/averageUtilization","value":33}]""");
        await hook.ConfigureAsync(
            "Mutating", "versions",
            hook.Hook("equal.example.com", space, "x", more: V2),
            hook.Hook("exact.example.com", space, "x", more: V2 + ",\"matchPolicy\":\"Exact\"", path: "/exact"));

        var created = await Admin.PostAsync(
            $"/apis/autoscaling/v1/namespaces/{space}/horizontalpodautoscalers",
            """{"metadata":{"name":"a"},"spec":{"maxReplicas":3,"targetCPUUtilizationPercentage":50,"scaleTargetRef":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"}}}""");

        Assert.True(created.Code == 201, created.Text);
        Assert.Equal(33, (int)created.Json["spec"]!["targetCPUUtilizationPercentage"]!);
        var asked = hook.Asked.Single()["request"]!;
        Assert.Equal(("v2", "v1"), ((string)asked["kind"]!["version"]!, (string)asked["requestKind"]!["version"]!));
        Assert.Equal(("v2", "v1"), ((string)asked["resource"]!["version"]!, (string)asked["requestResource"]!["version"]!));
        Assert.Equal("autoscaling/v2", (string)asked["object"]!["apiVersion"]!);
    }

    [Fact]
    public async Task Configurations_of_webhooks_are_shown_to_none()
    {
        var space = await shared.NamespaceAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        hook.Respond = static (_, _) => HookServer.Deny("{}");
        await hook.ConfigureAsync("Validating", "locks", hook.Hook("locks.example.com", "", "*/*", more: $"\"namespaceSelector\":{{\"matchLabels\":{{\"kubernetes.io/metadata.name\":\"{space}\"}}}}"));

        Assert.Equal(400, (await Admin.PostAsync("/apis/scheduling.k8s.io/v1/priorityclasses", """{"metadata":{"name":"locked"},"value":1}""")).Code);
        Assert.Equal(200, (await Admin.PatchAsync("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/locks", "merge-patch+json", """{"metadata":{"labels":{"a":"b"}}}""")).Code);
        Assert.Equal(200, (await Admin.RemoveAsync("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/locks")).Code);
        Assert.Equal(201, (await Admin.PostAsync("/apis/scheduling.k8s.io/v1/priorityclasses", """{"metadata":{"name":"unlocked"},"value":1}""")).Code);
    }
}
