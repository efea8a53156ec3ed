using System.Net;
using System.Net.Http.Headers;
using Navarch.ApiServer.Tests.Server;
using Navarch.ApiServer.Tests.Streaming;

namespace Navarch.ApiServer.Tests.Admission.Webhooks;

/// <summary>What webhooks see and change of paths below an object.</summary>
public sealed class SubresourceWebhookTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Pod = """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":"1"}}}]}}""";
    private const string Deployment = """
        {"metadata":{"name":"d"},"spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"}},
        "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
        """;

    private HttpClient Admin => shared.Admin;

    [Fact]
    public async Task Status_is_asked_about_as_status_and_not_as_the_object()
    {
        var (space, pods) = await PodAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        await hook.ConfigureAsync("Validating", "status", hook.Hook("a.example.com", space, "pods", path: "/object"), hook.Hook("b.example.com", space, "pods/status", path: "/status"));

        await Admin.PatchAsync(pods + "/p/status", "merge-patch+json", """{"status":{"message":"hello"}}""");

        var asked = hook.Asked.Single()["request"]!;
        Assert.Equal(("status", "status", "Pod"), ((string)asked["subResource"]!, (string)asked["requestSubResource"]!, (string)asked["kind"]!["kind"]!));
        Assert.Equal("hello", (string)asked["object"]!["status"]!["message"]!);
        Assert.NotEqual("", (string)asked["object"]!["metadata"]!["resourceVersion"]!);
    }

    [Fact]
    public async Task Through_status_a_webhook_changes_nothing_else()
    {
        var (space, pods) = await PodAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        hook.Respond = static (_, _) => HookServer.Patch("""[{"op":"add","path":"/status/reason","value":"Hooked"},{"op":"replace","path":"/spec/containers/0/image","value":"evil"}]""");
        await hook.ConfigureAsync("Mutating", "only-status", hook.Hook("a.example.com", space, "pods/*"));

        var answer = await Admin.PatchAsync(pods + "/p/status", "merge-patch+json", """{"status":{"message":"hello"}}""");

        Assert.Equal(("Hooked", "i"), ((string)answer.Json["status"]!["reason"]!, (string)answer.Json["spec"]!["containers"]![0]!["image"]!));
        Assert.NotEmpty(answer.Json["metadata"]!["managedFields"]!.AsArray());
    }

    [Fact]
    public async Task A_scale_is_shown_and_may_be_changed()
    {
        var space = await shared.NamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{space}/deployments";
        Assert.Equal(201, (await Admin.PostAsync(path, Deployment)).Code);
        await using var hook = await HookServer.StartAsync(Admin);
        hook.Respond = static (_, _) => HookServer.Patch("""[{"op":"replace","path":"/spec/replicas","value":3}]""");
        await hook.ConfigureAsync("Mutating", "scale", hook.Hook("a.example.com", space, "deployments/scale"));

        var answer = await Admin.PatchAsync(path + "/d/scale", "merge-patch+json", """{"spec":{"replicas":7}}""");

        Assert.Equal(3, (int)answer.Json["spec"]!["replicas"]!);
        var asked = hook.Asked.Single()["request"]!;
        Assert.Equal("""{"group":"autoscaling","version":"v1","kind":"Scale"}""", asked["kind"]!.ToJsonString());
        Assert.Equal("""{"group":"apps","version":"v1","resource":"deployments"}""", asked["resource"]!.ToJsonString());
        Assert.Equal((7, 1), ((int)asked["object"]!["spec"]!["replicas"]!, (int)asked["oldObject"]!["spec"]!["replicas"]!));
    }

    [Fact]
    public async Task Bindings_evictions_and_tokens_are_creations_of_their_own_kind()
    {
        var (space, pods) = await PodAsync();
        await Admin.PostAsync($"/api/v1/namespaces/{space}/serviceaccounts", """{"metadata":{"name":"sa"}}""");
        await using var hook = await HookServer.StartAsync(Admin);
        await hook.ConfigureAsync("Validating", "bodies", hook.Hook("a.example.com", space, "*/*"));

        await Admin.PostAsync(pods + "/p/binding", """{"target":{"kind":"Node","name":"n"}}""");
        await Admin.PostAsync($"/api/v1/namespaces/{space}/serviceaccounts/sa/token", """{"spec":{"expirationSeconds":600}}""");
        var evicted = await Admin.PostAsync(pods + "/p/eviction", """{"metadata":{"name":"p"},"deleteOptions":{"gracePeriodSeconds":0}}""");

        Assert.Equal(201, evicted.Code);
        Assert.Equal(
            ["CREATE Binding pods/binding p", "CREATE TokenRequest serviceaccounts/token sa", "CREATE Eviction pods/eviction p"],
            hook.Asked.Select(static review => review["request"]!).Select(static asked => $"{asked["operation"]} {asked["kind"]!["kind"]} {asked["resource"]!["resource"]}/{asked["subResource"]} {asked["name"]}"));
    }

    [Fact]
    public async Task A_binding_may_be_led_elsewhere_and_an_eviction_refused()
    {
        var (space, pods) = await PodAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        hook.Respond = static (_, request) => (string)request["subResource"]! == "binding"
            ? HookServer.Patch("""[{"op":"replace","path":"/target/name","value":"other"}]""")
            : HookServer.Deny("""{"message":"stays"}""");
        await hook.ConfigureAsync("Mutating", "led", hook.Hook("a.example.com", space, "pods/binding;pods/eviction"));

        Assert.Equal(201, (await Admin.PostAsync(pods + "/p/binding", """{"target":{"kind":"Node","name":"n"}}""")).Code);
        Assert.Equal("other", (string)(await Admin.AskAsync(pods + "/p")).Json["spec"]!["nodeName"]!);
        Assert.Equal("admission webhook \"a.example.com\" denied the request: stays", (await Admin.PostAsync(pods + "/p/eviction", """{"metadata":{"name":"p"}}""")).Message);
        Assert.Equal(200, (await Admin.AskAsync(pods + "/p")).Code);
    }

    [Theory]
    [InlineData("ephemeralcontainers", """{"spec":{"ephemeralContainers":[{"name":"debug","image":"d"}]}}""")]
    [InlineData("resize", """{"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"2"}}}]}}""")]
    public async Task Through_a_part_of_a_pod_a_webhook_changes_no_other(string part, string patch)
    {
        var (space, pods) = await PodAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        hook.Respond = static (_, _) => HookServer.Patch("""[{"op":"replace","path":"/spec/containers/0/image","value":"evil"},{"op":"add","path":"/metadata/labels","value":{"a":"b"}}]""");
        await hook.ConfigureAsync("Mutating", "part", hook.Hook("a.example.com", space, $"pods/{part}"));

        var answer = await Admin.PatchAsync($"{pods}/p/{part}", "strategic-merge-patch+json", patch);

        Assert.Equal(part, (string)hook.Asked.Single()["request"]!["subResource"]!);
        Assert.Equal("i", (string)(await Admin.AskAsync(pods + "/p")).Json["spec"]!["containers"]![0]!["image"]!);
        Assert.True(answer.Code is 200 or 422, answer.Text);
    }

    [Fact]
    public async Task Who_connects_to_a_pod_is_asked_about_with_the_command()
    {
        var (space, pods) = await PodAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        hook.Respond = static (_, _) => HookServer.Deny("""{"message":"no shells","code":403}""");
        await hook.ConfigureAsync("Validating", "connect", hook.Hook("a.example.com", space, "pods/exec;pods/proxy", "CONNECT"));

        using var request = new HttpRequestMessage(HttpMethod.Post, pods + "/p/exec?command=sh&command=-c&stdin=true&container=c") { Version = HttpVersion.Version11 };
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.Add(new ProductHeaderValue("SPDY", "3.1"));
        using var answer = await Admin.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(403, (int)answer.StatusCode);
        Assert.Contains("denied the request: no shells", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var asked = hook.Asked.Single()["request"]!;
        Assert.Equal(("CONNECT", "exec", "p"), ((string)asked["operation"]!, (string)asked["subResource"]!, (string)asked["name"]!));
        Assert.Equal("""{"kind":"PodExecOptions","apiVersion":"v1","stdin":true,"container":"c","command":["sh","-c"]}""", asked["object"]!.ToJsonString());
        Assert.Null(asked["options"]);
        Assert.Equal(403, (await Admin.AskAsync(pods + "/p:80/proxy/x/y")).Code);
        Assert.Equal("/x/y", (string)hook.Asked.Last()["request"]!["object"]!["path"]!);
    }

    [Fact]
    public async Task What_somebody_connects_with_may_be_changed()
    {
        var space = await shared.NamespaceAsync();
        var commands = new List<string>();
        await using var kubelet = new FakeKubelet(shared.Server.Authority, "led", async (head, tls) =>
        {
            commands.Add(head.Split("\r\n")[0]);
            await tls.WriteAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
        });
        await kubelet.RegisterAsync(Admin, "led", space);
        await using var hook = await HookServer.StartAsync(Admin);
        hook.Respond = static (_, request) => HookServer.Patch((string)request["subResource"]! == "exec"
            ? """[{"op":"add","path":"/command/0","value":"nice"},{"op":"add","path":"/container","value":"c"},{"op":"remove","path":"/stdin"}]"""
            : """[{"op":"replace","path":"/path","value":"/healthz?x"}]""");
        await hook.ConfigureAsync("Mutating", "connect-changed", hook.Hook("a.example.com", "", "*/exec;*/proxy", "CONNECT"));

        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/namespaces/{space}/pods/p/exec?command=sh&stdin=true&stdout=yes&stderr=0") { Version = HttpVersion.Version11 };
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.Add(new ProductHeaderValue("SPDY", "3.1"));
        using var answer = await Admin.SendAsync(request, TestContext.Current.CancellationToken);
        await Admin.AskAsync("/api/v1/nodes/led/proxy/pods");

        Assert.Equal(["POST /exec/" + space + "/p/c?command=nice&command=sh&output=1 HTTP/1.1", "GET /healthz%3Fx HTTP/1.1"], commands);
    }

    private async Task<(string Space, string Pods)> PodAsync()
    {
        var space = await shared.NamespaceAsync();
        var pods = $"/api/v1/namespaces/{space}/pods";
        Assert.Equal(201, (await Admin.PostAsync(pods, Pod)).Code);
        return (space, pods);
    }
}
