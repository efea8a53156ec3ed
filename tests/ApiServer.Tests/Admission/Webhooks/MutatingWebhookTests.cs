using System.Text.Json.Nodes;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Admission.Webhooks;

/// <summary>Webhooks that change objects on their way into the store.</summary>
public sealed class MutatingWebhookTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string AddLabel = """[{"op":"add","path":"/metadata/labels","value":{"by":"hook"}}]""";

    private HttpClient Admin => shared.Admin;

    [Fact]
    public async Task A_webhook_is_told_everything_about_a_request()
    {
        var space = await shared.NamespaceAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        await hook.ConfigureAsync("Mutating", "told", hook.Hook("told.example.com", space, "configmaps"));

        await Admin.PostAsync($"/api/v1/namespaces/{space}/configmaps?fieldManager=me&fieldValidation=Strict", """{"metadata":{"name":"a"},"data":{"k":"v"}}""");
        await Admin.PatchAsync($"/api/v1/namespaces/{space}/configmaps/a?dryRun=All", "merge-patch+json", """{"data":{"k":"w"}}""");

        var reviews = hook.Asked.ToArray();
        Assert.Equal(2, reviews.Length);
        Assert.Equal("admission.k8s.io/v1", (string)reviews[0]["apiVersion"]!);
        var created = reviews[0]["request"]!;
        Assert.Equal("""{"group":"","version":"v1","kind":"ConfigMap"}""", created["kind"]!.ToJsonString());
        Assert.Equal("""{"group":"","version":"v1","resource":"configmaps"}""", created["resource"]!.ToJsonString());
        Assert.Equal("""{"group":"","version":"v1","resource":"configmaps"}""", created["requestResource"]!.ToJsonString());
        Assert.Equal("""{"group":"","version":"v1","kind":"ConfigMap"}""", created["requestKind"]!.ToJsonString());
        Assert.Equal(("a", space, "CREATE"), ((string)created["name"]!, (string)created["namespace"]!, (string)created["operation"]!));
        Assert.Equal("admin", (string)created["userInfo"]!["username"]!);
        Assert.Contains("system:masters", created["userInfo"]!["groups"]!.AsArray().Select(static group => (string)group!));
        Assert.Equal("v", (string)created["object"]!["data"]!["k"]!);
        Assert.Null(created["object"]!["metadata"]!["uid"]);
        Assert.Null(created["oldObject"]);
        Assert.False((bool)created["dryRun"]!);
        Assert.Equal("""{"kind":"CreateOptions","apiVersion":"meta.k8s.io/v1","fieldManager":"me","fieldValidation":"Strict"}""", created["options"]!.ToJsonString());

        var updated = reviews[1]["request"]!;
        Assert.Equal("UPDATE", (string)updated["operation"]!);
        Assert.Equal(("w", "v"), ((string)updated["object"]!["data"]!["k"]!, (string)updated["oldObject"]!["data"]!["k"]!));
        Assert.NotNull(updated["object"]!["metadata"]!["uid"]);
        Assert.True((bool)updated["dryRun"]!);
        Assert.Equal("""{"kind":"UpdateOptions","apiVersion":"meta.k8s.io/v1","dryRun":["All"]}""", updated["options"]!.ToJsonString());
        Assert.NotEqual((string)created["uid"]!, (string)updated["uid"]!);
        Assert.DoesNotContain("Authorization", hook.Headers, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("User-Agent: kube-apiserver-admission", hook.Headers, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_webhook_changes_is_stored_and_nobody_owns_it()
    {
        var space = await shared.NamespaceAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        hook.Respond = static (_, _) => HookServer.Patch(AddLabel);
        await hook.ConfigureAsync("Mutating", "label", hook.Hook("label.example.com", space, "configmaps", "CREATE"));

        var created = await Admin.PostAsync($"/api/v1/namespaces/{space}/configmaps", """{"metadata":{"name":"a"},"data":{"k":"v"}}""");
        Assert.Equal("hook", (string)created.Json["metadata"]!["labels"]!["by"]!);
        Assert.DoesNotContain("f:labels", created.Json["metadata"]!["managedFields"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("hook", (string)(await Admin.AskAsync($"/api/v1/namespaces/{space}/configmaps/a")).Json["metadata"]!["labels"]!["by"]!);

        var applied = await Admin.PatchAsync(
            $"/api/v1/namespaces/{space}/configmaps/b?fieldManager=me", "apply-patch+yaml", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"},"data":{"k":"v"}}""");
        Assert.Equal(201, applied.Code);
        Assert.Equal("hook", (string)applied.Json["metadata"]!["labels"]!["by"]!);
        Assert.DoesNotContain("f:labels", applied.Json["metadata"]!["managedFields"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_webhook_makes_is_defaulted_and_must_be_valid()
    {
        var space = await shared.NamespaceAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        hook.Respond = static (_, request) => (string)request["name"]! == "bad"
            ? HookServer.Patch("""[{"op":"add","path":"/metadata/labels","value":{"a b":"c"}}]""")
            : HookServer.Patch("""[{"op":"add","path":"/spec/containers/-","value":{"name":"side","image":"side:latest"}},{"op":"add","path":"/metadata/uid","value":"mine"},{"op":"add","path":"/status/phase","value":"Running"}]""");
        await hook.ConfigureAsync("Mutating", "side", hook.Hook("side.example.com", space, "pods", "CREATE"));

        var good = await Admin.PostAsync($"/api/v1/namespaces/{space}/pods", """{"metadata":{"name":"good"},"spec":{"containers":[{"name":"c","image":"i"}]}}""");
        Assert.Equal(201, good.Code);
        var side = good.Json["spec"]!["containers"]![1]!;
        Assert.Equal(("Always", "/dev/termination-log"), ((string)side["imagePullPolicy"]!, (string)side["terminationMessagePath"]!));
        Assert.NotEqual("mine", (string)good.Json["metadata"]!["uid"]!);
        Assert.Equal("Pending", (string)good.Json["status"]!["phase"]!);

        var bad = await Admin.PostAsync($"/api/v1/namespaces/{space}/pods", """{"metadata":{"name":"bad"},"spec":{"containers":[{"name":"c","image":"i"}]}}""");
        Assert.Equal((422, "Invalid"), (bad.Code, bad.Reason));
    }

    [Fact]
    public async Task Webhooks_are_asked_in_order_of_configurations_each_about_what_those_before_made()
    {
        var space = await shared.NamespaceAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        hook.Respond = static (path, request) => HookServer.Patch(
            $$"""[{"op":"replace","path":"/data/k","value":"{{(string)request["object"]!["data"]!["k"]!}}{{path}}"}]""");
        await hook.ConfigureAsync("Mutating", "order-b", hook.Hook("one.example.com", space, "configmaps", path: "/3"));
        await hook.ConfigureAsync("Mutating", "order-a", hook.Hook("one.example.com", space, "configmaps", path: "/1"), hook.Hook("two.example.com", space, "configmaps", path: "/2"));

        var created = await Admin.PostAsync($"/api/v1/namespaces/{space}/configmaps", """{"metadata":{"name":"a"},"data":{"k":"0"}}""");

        Assert.Equal("0/1/2/3", (string)created.Json["data"]!["k"]!);
    }

    [Fact]
    public async Task Who_wants_to_is_asked_once_more_when_somebody_changed_the_object_later()
    {
        var space = await shared.NamespaceAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        var paths = new List<string>();
        hook.Respond = (path, _) =>
        {
            paths.Add(path);
            return path == "/2" ? HookServer.Patch("""[{"op":"add","path":"/data/two","value":"2"}]""") : null;
        };
        const string Again = "\"reinvocationPolicy\":\"IfNeeded\"";
        await hook.ConfigureAsync(
            "Mutating", "again",
            hook.Hook("one.example.com", space, "configmaps", more: Again, path: "/1"),
            hook.Hook("two.example.com", space, "configmaps", more: Again, path: "/2"),
            hook.Hook("three.example.com", space, "configmaps", more: Again, path: "/3"),
            hook.Hook("never.example.com", space, "configmaps", path: "/4"));

        await Admin.PostAsync($"/api/v1/namespaces/{space}/configmaps", """{"metadata":{"name":"a"},"data":{"k":"0"}}""");

        Assert.Equal(["/1", "/2", "/3", "/4", "/1"], paths);
    }

    [Fact]
    public async Task Of_a_generated_name_those_that_change_see_none_yet()
    {
        var space = await shared.NamespaceAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        await hook.ConfigureAsync("Mutating", "named", hook.Hook("m.example.com", space, "configmaps"));
        await hook.ConfigureAsync("Validating", "named", hook.Hook("v.example.com", space, "configmaps"));

        var created = await Admin.PostAsync($"/api/v1/namespaces/{space}/configmaps", """{"metadata":{"generateName":"a-"}}""");

        var (first, last) = (hook.Asked.First()["request"]!, hook.Asked.Last()["request"]!);
        Assert.Null(first["name"]);
        Assert.Null(first["object"]!["metadata"]!["name"]);
        Assert.Equal((string)created.Json["metadata"]!["name"]!, (string)last["name"]!);
        Assert.Equal((string)created.Json["metadata"]!["uid"]!, (string)last["object"]!["metadata"]!["uid"]!);
    }

    [Fact]
    public async Task Plugins_look_at_what_webhooks_made()
    {
        var space = await shared.NamespaceAsync();
        await Admin.PatchAsync($"/api/v1/namespaces/{space}", "merge-patch+json", """{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"baseline"}}}""");
        await using var hook = await HookServer.StartAsync(Admin);
        hook.Respond = static (_, _) => HookServer.Patch("""[{"op":"add","path":"/spec/hostNetwork","value":true},{"op":"add","path":"/spec/tolerations","value":[]}]""");
        await hook.ConfigureAsync("Mutating", "host", hook.Hook("host.example.com", space, "pods"));

        var refused = await Admin.PostAsync($"/api/v1/namespaces/{space}/pods", """{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i"}]}}""");

        Assert.Equal(403, refused.Code);
        Assert.Contains("violates PodSecurity", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_version_of_reviews_is_spoken_to_who_prefers_it()
    {
        var space = await shared.NamespaceAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        hook.Raw = static (http, _) => Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(
            http.Response, new JsonObject { ["response"] = new JsonObject { ["allowed"] = true, ["patch"] = HookServer.Patch(AddLabel)["patch"]!.DeepClone() } }.ToJsonString());
        await hook.ConfigureAsync("Mutating", "beta", hook.Hook("beta.example.com", space, "configmaps", more: "\"admissionReviewVersions\":[\"v2\",\"v1beta1\",\"v1\"]"));

        var created = await Admin.PostAsync($"/api/v1/namespaces/{space}/configmaps", """{"metadata":{"name":"a"}}""");

        Assert.Equal("hook", (string)created.Json["metadata"]!["labels"]!["by"]!);
        Assert.Equal("admission.k8s.io/v1beta1", (string)hook.Asked.Single()["apiVersion"]!);
    }

    [Fact]
    public async Task Unknown_fields_of_a_patch_are_dropped_and_told()
    {
        var space = await shared.NamespaceAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        hook.Respond = static (_, _) => HookServer.Patch("""[{"op":"add","path":"/nonsense","value":1}]""");
        await hook.ConfigureAsync("Mutating", "unknown", hook.Hook("unknown.example.com", space, "configmaps"));

        var created = await Admin.PostAsync($"/api/v1/namespaces/{space}/configmaps", """{"metadata":{"name":"a"}}""");

        Assert.Equal(201, created.Code);
        Assert.Equal("""299 - "admission webhook \"unknown.example.com\": unknown field \"nonsense\"" """.TrimEnd(), created.Warnings.Single());
    }

    [Theory]
    [InlineData("[]", "")]
    [InlineData("""[{"op":"remove","path":"/nothing"}]""", "Internal error occurred: ")]
    [InlineData("""[{"op":"replace","path":"","value":5}]""", "Internal error occurred: ")]
    [InlineData("""[{"op":"add","path":"/data","value":"text"}]""", "Internal error occurred: ")]
    [InlineData("garbage", "Internal error occurred: ")]
    [InlineData("""{"op":"add"}""", "Internal error occurred: ")]
    public async Task A_patch_that_does_not_fit_refuses_the_request_whatever_the_failure_policy(string patch, string message)
    {
        var space = await shared.NamespaceAsync();
        await using var hook = await HookServer.StartAsync(Admin);
        hook.Respond = (_, _) => HookServer.Patch(patch);
        await hook.ConfigureAsync("Mutating", "unfit", hook.Hook("unfit.example.com", space, "configmaps", more: "\"failurePolicy\":\"Ignore\""));

        var answer = await Admin.PostAsync($"/api/v1/namespaces/{space}/configmaps", """{"metadata":{"name":"a"}}""");

        Assert.Equal(message.Length == 0 ? 201 : 500, answer.Code);
        Assert.StartsWith(message, answer.Code == 201 ? "" : answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_delete_cannot_be_changed()
    {
        var space = await shared.NamespaceAsync();
        await Admin.PostAsync($"/api/v1/namespaces/{space}/configmaps", """{"metadata":{"name":"a"}}""");
        await using var hook = await HookServer.StartAsync(Admin);
        hook.Respond = static (_, _) => HookServer.Patch(AddLabel);
        await hook.ConfigureAsync("Mutating", "undeletable", hook.Hook("x.example.com", space, "configmaps", "DELETE"));

        var answer = await Admin.RemoveAsync($"/api/v1/namespaces/{space}/configmaps/a");

        Assert.Equal((500, "Internal error occurred: admission webhook \"x.example.com\" attempted to modify the object, which is not supported for this operation"), (answer.Code, answer.Message));
    }
}
