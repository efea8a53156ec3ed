using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests;

public sealed class ApplyTests
{
    private const string Deployments = "/apis/apps/v1/namespaces/default/deployments";
    private const string Map = "/api/v1/namespaces/default/configmaps/a";

    [Fact]
    public async Task Applying_creates_changes_and_takes_away_what_is_no_longer_named()
    {
        await using var server = await TestServer.StartAsync();

        var created = await ApplyAsync(server, "me", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: '1', y: '2'}\n");
        Assert.Equal(201, created.Code);
        Assert.Equal("me", (string)Assert.Single(created.Json["metadata"]!["managedFields"]!.AsArray())!["manager"]!);
        await server.Admin.PatchAsync(Map + "?fieldManager=other", "merge-patch+json", """{"data":{"z":"3"}}""");

        var changed = await ApplyAsync(server, "me", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":"9"}}""");

        Assert.Equal((200, """{"x":"9","z":"3"}"""), (changed.Code, changed.Json["data"]!.ToJsonString()));
        Assert.Equal(["me Apply", "other Update"], changed.Json["metadata"]!["managedFields"]!.AsArray().Select(entry => $"{entry!["manager"]} {entry["operation"]}"));
    }

    [Fact]
    public async Task Applying_the_same_again_writes_nothing()
    {
        await using var server = await TestServer.StartAsync();
        const string Body = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":"1"}}""";
        var first = await ApplyAsync(server, "me", Body);

        Assert.Equal(first.Version, (await ApplyAsync(server, "me", Body)).Version);
    }

    [Fact]
    public async Task Another_managers_value_is_a_conflict_until_forced()
    {
        await using var server = await TestServer.StartAsync();
        await ApplyAsync(server, "me", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":"1"}}""");
        const string Other = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":"2"}}""";

        var refused = await ApplyAsync(server, "you", Other);
        Assert.Equal((409, "Apply failed with 1 conflict: conflict with \"me\": .data.x"), (refused.Code, refused.Message));
        Assert.Equal(("FieldManagerConflict", ".data.x"), ((string)refused.Json["details"]!["causes"]![0]!["reason"]!, (string)refused.Json["details"]!["causes"]![0]!["field"]!));

        var forced = await server.Admin.SendAsync(HttpMethod.Patch, Map + "?fieldManager=you&force=true", Other, "application/apply-patch+yaml");
        Assert.Equal((200, "2"), (forced.Code, (string)forced.Json["data"]!["x"]!));
    }

    [Fact]
    public async Task What_was_there_before_the_first_apply_has_an_owner()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync("/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"a"},"data":{"x":"1"}}""");
        await server.Admin.PatchAsync(Map, "merge-patch+json", """{"metadata":{"managedFields":[{}]}}""");

        var refused = await ApplyAsync(server, "me", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":"2"}}""");

        Assert.Equal("Apply failed with 1 conflict: conflict with \"before-first-apply\" using v1: .data.x", refused.Message);
    }

    [Fact]
    public async Task Every_apply_has_a_manager()
    {
        await using var server = await TestServer.StartAsync();

        var refused = await ApplyAsync(server, "", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}""");

        Assert.Equal((422, "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch"), (refused.Code, refused.Message));
    }

    [Fact]
    public async Task Conflicts_name_who_owns_what_and_how()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Deployments + "?fieldManager=kubectl-client-side-apply", Deployment(1, "i"));
        await server.Admin.PatchAsync(Deployments + "/d/scale?fieldManager=scaler", "merge-patch+json", """{"spec":{"replicas":3}}""");

        var refused = await server.Admin.SendAsync(HttpMethod.Patch, Deployments + "/d?fieldManager=me", Deployment(2, "j"), "application/apply-patch+yaml");

        Assert.Equal(
            (409, "Conflict", "Apply failed with 2 conflicts: conflicts with \"kubectl-client-side-apply\" using apps/v1:\n- .spec.template.spec.containers[name=\"c\"].image\nconflicts with \"scaler\" with subresource \"scale\" using apps/v1:\n- .spec.replicas"),
            (refused.Code, refused.Reason, refused.Message));
        Assert.Equal(
            ["conflict with \"kubectl-client-side-apply\" using apps/v1 .spec.template.spec.containers[name=\"c\"].image", "conflict with \"scaler\" with subresource \"scale\" using apps/v1 .spec.replicas"],
            refused.Json["details"]!["causes"]!.AsArray().Select(static cause => $"{cause!["message"]} {cause["field"]}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_number_of_replicas_is_applied_through_its_own_path()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Deployments + "?fieldManager=me", Deployment(1, "i"));
        const string Scale = """{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"d"},"spec":{"replicas":4}}""";

        var refused = await server.Admin.SendAsync(HttpMethod.Patch, Deployments + "/d/scale?fieldManager=scaler", Scale, "application/apply-patch+yaml");
        Assert.Equal((409, "Apply failed with 1 conflict: conflict with \"me\" using apps/v1: .spec.replicas"), (refused.Code, refused.Message));
        var forced = await server.Admin.SendAsync(HttpMethod.Patch, Deployments + "/d/scale?fieldManager=scaler&force=true", Scale, "application/apply-patch+yaml");

        Assert.Equal((200, "Scale", 4), (forced.Code, (string)forced.Json["kind"]!, (int)forced.Json["spec"]!["replicas"]!));
        var owner = (await server.Admin.AskAsync(Deployments + "/d")).Json["metadata"]!["managedFields"]!.AsArray().Single(static entry => (string)entry!["manager"]! == "scaler")!;
        Assert.Equal(("Apply", "scale", "apps/v1", """{"f:spec":{"f:replicas":{}}}"""), ((string)owner["operation"]!, (string)owner["subresource"]!, (string)owner["apiVersion"]!, owner["fieldsV1"]!.ToJsonString()));
        Assert.Equal(422, (await server.Admin.SendAsync(HttpMethod.Patch, Deployments + "/d/scale", Scale, "application/apply-patch+yaml")).Code);
    }

    [Fact]
    public async Task A_configuration_that_does_not_fit_the_kind_is_refused_whole()
    {
        await using var server = await TestServer.StartAsync();

        var unknown = await ApplyAsync(server, "me", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"default"},"date":{}}""");
        var other = await ApplyAsync(server, "me", """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}}""");

        Assert.Equal((500, "failed to create typed patch object (default/a; /v1, Kind=ConfigMap): .date: field not declared in schema"), (unknown.Code, unknown.Message));
        Assert.Equal(400, other.Code);
    }

    [Fact]
    public async Task Kubectl_takes_over_what_it_applied_on_its_own_side()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync("/api/v1/namespaces/default/configmaps?fieldManager=kubectl-client-side-apply", """
            {"metadata":{"name":"a","annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\"},\"data\":{\"x\":\"1\"}}\n"}},"data":{"x":"1"}}
            """);
        const string Configuration = """{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"},"data":{"x":"2"}}""";

        Assert.Equal(409, (await ApplyAsync(server, "other", Configuration)).Code);
        var taken = await ApplyAsync(server, "kubectl", Configuration);

        Assert.Equal((200, "2"), (taken.Code, (string)taken.Json["data"]!["x"]!));
        Assert.Equal(
            "{\"apiVersion\":\"v1\",\"data\":{\"x\":\"2\"},\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\"}}\n",
            (string)taken.Json["metadata"]!["annotations"]!["kubectl.kubernetes.io/last-applied-configuration"]!);
    }

    [Fact]
    public async Task A_status_is_applied_by_itself()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Deployments + "?fieldManager=me", Deployment(1, "i"));

        var applied = await server.Admin.SendAsync(HttpMethod.Patch, Deployments + "/d/status?fieldManager=operator", """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"status":{"replicas":1,"conditions":[{"type":"Available","status":"True"}]}}
            """, "application/apply-patch+yaml");

        Assert.Equal((200, 1), (applied.Code, (int)applied.Json["status"]!["replicas"]!));
        var owner = applied.Json["metadata"]!["managedFields"]!.AsArray().Single(static entry => (string)entry!["manager"]! == "operator")!;
        Assert.Equal(("Apply", "status"), ((string)owner["operation"]!, (string)owner["subresource"]!));
        Assert.Equal(404, (await server.Admin.SendAsync(HttpMethod.Patch, Deployments + "/x/status?fieldManager=operator", """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"x"}}""", "application/apply-patch+yaml")).Code);
    }

    [Fact]
    public async Task Claims_of_a_stateful_set_say_their_kind_and_are_applied_again_without_a_change()
    {
        await using var server = await TestServer.StartAsync();
        const string Sets = "/apis/apps/v1/namespaces/default/statefulsets/s?fieldManager=me";
        const string Set = """
            {"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"s"},"spec":{"serviceName":"s","selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i","resources":{"requests":{"memory":"1024Mi"}}}]}},
            "volumeClaimTemplates":[{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1024Mi"}}}}]}}
            """;

        var first = await server.Admin.SendAsync(HttpMethod.Patch, Sets, Set, "application/apply-patch+yaml");
        var again = await server.Admin.SendAsync(HttpMethod.Patch, Sets, Set, "application/apply-patch+yaml");

        Assert.Equal((201, 200, first.Version), (first.Code, again.Code, again.Version));
        Assert.Equal(("PersistentVolumeClaim", "v1"), ((string)first.Json["spec"]!["volumeClaimTemplates"]![0]!["kind"]!, (string)first.Json["spec"]!["volumeClaimTemplates"]![0]!["apiVersion"]!));
    }

    private static Task<Answer> ApplyAsync(TestServer server, string manager, string body) =>
        server.Admin.SendAsync(HttpMethod.Patch, $"{Map}?fieldManager={manager}", body, "application/apply-patch+yaml");

    private static string Deployment(int replicas, string image) =>
        $$$$$"""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":{{{{{replicas}}}}},"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"{{{{{image}}}}}"}]}}}}""";
}
