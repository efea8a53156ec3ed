using System.Text.Json.Nodes;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests;

public sealed class OwnershipTests
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";
    private const string Pods = "/api/v1/namespaces/default/pods";
    private const string Pod = """{"metadata":{"name":"p","labels":{"app":"a"}},"spec":{"containers":[{"name":"web","image":"i"}]}}""";

    [Fact]
    public async Task A_creator_owns_what_it_asked_for_with_the_defaults_but_not_what_the_server_added()
    {
        await using var server = await TestServer.StartAsync();

        var created = await server.Admin.PostAsync(Pods + "?fieldManager=me", Pod);

        Assert.Equal(
            """{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:image":{},"f:imagePullPolicy":{},"f:name":{},"f:resources":{},"f:terminationMessagePath":{},"f:terminationMessagePolicy":{}}},"f:dnsPolicy":{},"f:enableServiceLinks":{},"f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},"f:terminationGracePeriodSeconds":{}}}""",
            Fields(Assert.Single(Owners(created))));
        Assert.Equal(("me", "Update", "v1", "FieldsV1", ""), Head(Owners(created)[0]));
        Assert.Equal((string)created.Json["metadata"]!["creationTimestamp"]!, (string)Owners(created)[0]["time"]!);
    }

    [Fact]
    public async Task Each_path_of_an_object_has_owners_of_its_own()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Pods + "?fieldManager=me", Pod);

        var patched = await server.Admin.PatchAsync(Pods + "/p/status?fieldManager=kubelet", "strategic-merge-patch+json", """{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}""");

        Assert.Equal(["me", "kubelet"], Owners(patched).Select(owner => (string)owner["manager"]!).OrderDescending());
        var kubelet = Owners(patched).Single(owner => (string)owner["manager"]! == "kubelet");
        Assert.Equal(("kubelet", "Update", "v1", "FieldsV1", "status"), Head(kubelet));
        Assert.Equal("""{"f:status":{"f:conditions":{".":{},"k:{\"type\":\"Ready\"}":{".":{},"f:lastProbeTime":{},"f:lastTransitionTime":{},"f:status":{},"f:type":{}}},"f:phase":{}}}""", Fields(kubelet));
    }

    [Fact]
    public async Task A_binding_makes_nobody_an_owner()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Pods + "?fieldManager=me", Pod);

        await server.Admin.PostAsync(Pods + "/p/binding", """{"metadata":{"name":"p"},"target":{"kind":"Node","name":"n"}}""");

        Assert.Equal("me", (string)Assert.Single(Owners(await server.Admin.AskAsync(Pods + "/p")))["manager"]!);
    }

    [Fact]
    public async Task Scaling_takes_the_number_of_replicas_through_its_own_path()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(
            "/apis/apps/v1/namespaces/default/deployments?fieldManager=me",
            """{"metadata":{"name":"d"},"spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""");

        await server.Admin.PatchAsync("/apis/apps/v1/namespaces/default/deployments/d/scale?fieldManager=scaler", "merge-patch+json", """{"spec":{"replicas":3}}""");

        var owners = Owners(await server.Admin.AskAsync("/apis/apps/v1/namespaces/default/deployments/d"));
        var scaler = owners.Single(owner => (string)owner["manager"]! == "scaler");
        Assert.Equal(("scaler", "Update", "apps/v1", "FieldsV1", "scale"), Head(scaler));
        Assert.Equal("""{"f:spec":{"f:replicas":{}}}""", Fields(scaler));
        Assert.DoesNotContain("f:replicas", Fields(owners.Single(owner => (string)owner["manager"]! == "me")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manager_is_named_by_its_program_where_it_does_not_say()
    {
        await using var server = await TestServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, Maps) { Content = new StringContent("""{"metadata":{"name":"a"},"data":{"x":"1"}}""", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")) };
        request.Headers.TryAddWithoutValidation("User-Agent", "kubectl/v1.33.0 (linux/amd64) kubernetes/0000000");
        using var answer = await server.Admin.SendAsync(request, TestContext.Current.CancellationToken);
        await server.Admin.PostAsync(Maps, """{"metadata":{"name":"b"},"data":{"x":"1"}}""");

        Assert.Equal("kubectl", (string)Owners(await server.Admin.AskAsync(Maps + "/a"))[0]["manager"]!);
        Assert.Equal("unknown", (string)Owners(await server.Admin.AskAsync(Maps + "/b"))[0]["manager"]!);
    }

    [Theory]
    [InlineData("%09x", "Invalid value: \"\\tx\": invalid character U+0009 (at position 0)")]
    [InlineData("long", "Too long: may not be more than 128 bytes")]
    public async Task A_manager_has_a_name_that_can_be_shown(string name, string problem)
    {
        await using var server = await TestServer.StartAsync();

        var refused = await server.Admin.PostAsync($"{Maps}?fieldManager={(name == "long" ? new string('x', 129) : name)}", """{"metadata":{"name":"a"}}""");

        Assert.Equal((422, $"CreateOptions.meta.k8s.io \"\" is invalid: fieldManager: {problem}"), (refused.Code, refused.Message));
    }

    [Fact]
    public async Task An_update_that_changes_nothing_writes_nothing_whoever_makes_it()
    {
        await using var server = await TestServer.StartAsync();
        var created = await server.Admin.PostAsync(Maps + "?fieldManager=me", """{"metadata":{"name":"a"},"data":{"x":"1"}}""");

        var put = await server.Admin.PutAsync(Maps + "/a?fieldManager=you", """{"metadata":{"name":"a"},"data":{"x":"1"}}""");
        var patched = await server.Admin.PatchAsync(Maps + "/a?fieldManager=they", "merge-patch+json", """{"data":{"x":"1"}}""");

        Assert.Equal((created.Version, created.Version), (put.Version, patched.Version));
    }

    [Fact]
    public async Task A_client_may_forget_all_owners_and_hand_on_what_one_owns()
    {
        await using var server = await TestServer.StartAsync();
        await server.Admin.PostAsync(Maps + "?fieldManager=me", """{"metadata":{"name":"a"},"data":{"x":"1"}}""");

        var renamed = await server.Admin.PatchAsync(
            Maps + "/a?fieldManager=kubectl", "json-patch+json",
            """[{"op":"replace","path":"/metadata/managedFields","value":[{"manager":"kubectl","operation":"Apply","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"f:data":{"f:x":{}}}}]}]""");
        Assert.Equal(("kubectl", "Apply"), ((string)Assert.Single(Owners(renamed))["manager"]!, (string)Owners(renamed)[0]["operation"]!));

        var ignored = await server.Admin.PatchAsync(Maps + "/a", "merge-patch+json", """{"metadata":{"managedFields":[{"manager":"x","operation":"Own"}]}}""");
        Assert.Equal(renamed.Version, ignored.Version);

        var forgotten = await server.Admin.PatchAsync(Maps + "/a", "merge-patch+json", """{"metadata":{"managedFields":[{}]}}""");
        Assert.Empty(Owners(forgotten));
        Assert.Empty(Owners(await server.Admin.PatchAsync(Maps + "/a", "merge-patch+json", """{"data":{"y":"1"}}""")));
    }

    [Fact]
    public async Task Writing_back_what_was_read_keeps_the_owners()
    {
        await using var server = await TestServer.StartAsync();
        var created = await server.Admin.PostAsync(Maps + "?fieldManager=me", """{"metadata":{"name":"a"},"data":{"x":"1"}}""");
        var changed = created.Json;
        changed["data"]!["y"] = "2";

        var put = await server.Admin.PutAsync(Maps + "/a?fieldManager=you", changed.ToJsonString());

        Assert.Equal(["""{"f:data":{".":{},"f:x":{}}}""", """{"f:data":{"f:y":{}}}"""], Owners(put).OrderBy(owner => (string)owner["manager"]!, StringComparer.Ordinal).Select(Fields));
    }

    [Fact]
    public void Owners_of_a_decoded_object_lie_in_its_json()
    {
        var entries = new[] { "{\"f:data\":{\"f:x\":{}}}", "{\"f:data\":{\"f:y\":{}}}" }.Select(static (set, i) => new Api.Meta.V1.ManagedFieldsEntry
        {
            Manager = $"m{i}\"fieldsV1\":", Operation = "Update", APIVersion = "v1", FieldsType = "FieldsV1", FieldsV1 = new Api.RawExtension(System.Text.Encoding.UTF8.GetBytes(set)),
        }).ToList();
        var json = Api.Json.ApiJson.ToUtf8(new Api.Core.V1.ConfigMap { Metadata = new Api.Meta.V1.ObjectMeta { Name = "a", ManagedFields = entries } });

        var shared = ApiServer.WatchCache.SharedOwners.In(entries, json);

        Assert.Equal(entries, shared);
        foreach (var entry in shared)
        {
            Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(entry.FieldsV1!.Json, out var segment) && ReferenceEquals(segment.Array, json));
        }
    }

    private static IReadOnlyList<JsonNode> Owners(Answer answer) => [.. (answer.Json["metadata"]!["managedFields"]?.AsArray() ?? []).Select(static owner => owner!)];

    private static string Fields(JsonNode owner) => owner["fieldsV1"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private static (string Manager, string Operation, string Version, string Type, string Subresource) Head(JsonNode owner) =>
        ((string)owner["manager"]!, (string)owner["operation"]!, (string)owner["apiVersion"]!, (string)owner["fieldsType"]!, (string?)owner["subresource"] ?? "");
}
