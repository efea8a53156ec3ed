using Navarch.Api;
using Navarch.Api.Apps.V1;
using Navarch.Api.Autoscaling.V1;
using Navarch.Api.Core.V1;
using Navarch.Machinery.Json;
using Navarch.Machinery.OpenApi;

namespace Navarch.Machinery.Tests.OpenApi;

public sealed class OpenApiDocumentsTests
{
    private static readonly string[] Verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    private static readonly OpenApiDocuments Documents = new(
        [
            Of<Pod>(new OpenApiSubresource("log", ["get"]) { IsConnection = true }, new OpenApiSubresource("binding", ["create"]) { Body = Binding.Schema }),
            Of<ConfigMap>(),
            Of<Node>(),
            Of<Deployment>(new OpenApiSubresource("status", ["get", "patch", "update"]), new OpenApiSubresource("scale", ["get", "patch", "update"]) { Body = Scale.Schema }),
        ],
        "v1.36.0");

    [Fact]
    public void The_index_leads_to_every_group_version_with_its_hash()
    {
        var index = (JsonObject)JsonNode.Parse(Documents.V3Index());

        Assert.Equal(["api/v1", "apis/apps/v1"], ((JsonObject)index["paths"]!).Members.Select(member => member.Key));
        Assert.Equal(128, Documents.Hash("api/v1").Length);
        Assert.NotEqual(Documents.Hash("api/v1"), Documents.Hash("apis/apps/v1"));
        Assert.Null(Documents.V3("apis/none/v1"));
    }

    [Fact]
    public void Every_reference_leads_somewhere()
    {
        foreach (var (text, prefix, holder) in new[]
        {
            (Documents.V2Json(), "#/definitions/", "definitions"),
            (Documents.V3("api/v1")!, "#/components/schemas/", "components"),
            (Documents.V3("apis/apps/v1")!, "#/components/schemas/", "components"),
        })
        {
            var document = (JsonObject)JsonNode.Parse(text);
            var definitions = (JsonObject)(document[holder]!);
            definitions = definitions["schemas"] as JsonObject ?? definitions;
            Assert.All(References(document), reference => Assert.True(definitions.Has(reference[prefix.Length..]), reference));
        }
    }

    [Fact]
    public void A_patch_says_its_kind_its_dialects_and_that_fields_are_validated()
    {
        var patch = Walk(Documents.V3("apis/apps/v1")!, "paths", "/apis/apps/v1/namespaces/{namespace}/deployments/{name}", "patch");

        Assert.Equal("""{"group":"apps","kind":"Deployment","version":"v1"}""", patch["x-kubernetes-group-version-kind"]!.ToString());
        Assert.Contains("fieldValidation", patch["parameters"]!.ToString(), StringComparison.Ordinal);
        Assert.Contains("application/strategic-merge-patch+json", patch["requestBody"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal("patchAppsV1NamespacedDeployment", patch.FindText("operationId"));
    }

    [Fact]
    public void Fields_say_how_they_are_merged_and_applied()
    {
        var containers = Walk(Documents.V3("apis/apps/v1")!, "components", "schemas", "io.k8s.api.core.v1.PodSpec", "properties", "containers");

        Assert.Equal("name", containers.FindText("x-kubernetes-patch-merge-key"));
        Assert.Equal("merge", containers.FindText("x-kubernetes-patch-strategy"));
        Assert.Equal("map", containers.FindText("x-kubernetes-list-type"));
        Assert.Equal("array", containers.FindText("type"));
    }

    [Fact]
    public void Kinds_and_their_lists_are_named()
    {
        var schemas = Walk(Documents.V3("api/v1")!, "components", "schemas");

        Assert.Equal("""[{"group":"","kind":"Pod","version":"v1"}]""", ((JsonObject)schemas["io.k8s.api.core.v1.Pod"]!)["x-kubernetes-group-version-kind"]!.ToString());
        Assert.Equal("""[{"group":"","kind":"PodList","version":"v1"}]""", ((JsonObject)schemas["io.k8s.api.core.v1.PodList"]!)["x-kubernetes-group-version-kind"]!.ToString());
        Assert.True(((JsonObject)((JsonObject)schemas["io.k8s.api.core.v1.Pod"]!)["properties"]!).Has("apiVersion"));
    }

    [Fact]
    public void A_reference_with_neighbours_is_wrapped_in_v3_only()
    {
        var v3 = Walk(Documents.V3("api/v1")!, "components", "schemas", "io.k8s.api.core.v1.Pod", "properties", "spec");
        var v2 = Walk(Documents.V2Json(), "definitions", "io.k8s.api.core.v1.Pod", "properties", "spec");

        Assert.True(v3.Has("allOf"));
        Assert.Equal("{}", v3["default"]!.ToString());
        Assert.True(v2.Has("$ref"));
    }

    [Fact]
    public void Subresources_with_a_kind_of_their_own_say_so()
    {
        var put = Walk(Documents.V3("apis/apps/v1")!, "paths", "/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale", "put");
        var status = Walk(Documents.V3("apis/apps/v1")!, "paths", "/apis/apps/v1/namespaces/{namespace}/deployments/{name}/status", "put");

        Assert.Equal("""{"group":"autoscaling","kind":"Scale","version":"v1"}""", put["x-kubernetes-group-version-kind"]!.ToString());
        Assert.Equal("replaceAppsV1NamespacedDeploymentScale", put.FindText("operationId"));
        Assert.Equal("""{"group":"apps","kind":"Deployment","version":"v1"}""", status["x-kubernetes-group-version-kind"]!.ToString());
    }

    [Fact]
    public void The_protobuf_form_holds_as_many_paths_and_definitions_as_the_json_form()
    {
        var document = (JsonObject)JsonNode.Parse(Documents.V2Json());
        var fields = ProtoFields.Read(Documents.V2Protobuf());

        Assert.Equal([1, 2, 8, 9], fields.Select(field => field.Number));
        Assert.Equal(((JsonObject)document["paths"]!).Count, ProtoFields.Read(fields[2].Bytes).Count);
        var definitions = ProtoFields.Read(fields[3].Bytes);
        Assert.Equal(((JsonObject)document["definitions"]!).Members.Select(member => member.Key), definitions.Select(entry => ProtoFields.Read(entry.Bytes)[0].Text));
    }

    [Fact]
    public void Documents_are_the_same_each_time()
    {
        Assert.Equal(Documents.V2Json(), Documents.V2Json());
        Assert.Equal(Documents.V2Protobuf(), Documents.V2Protobuf());
        Assert.Equal(Documents.V3("api/v1"), Documents.V3("api/v1"));
    }

    private static OpenApiResource Of<T>(params OpenApiSubresource[] subresources) where T : class, IResource<T> =>
        new(T.ResourceType, T.Schema, Verbs) { Subresources = subresources };

    private static JsonObject Walk(byte[] document, params string[] path) =>
        path.Aggregate((JsonObject)JsonNode.Parse(document), (node, step) => (JsonObject)(node[step] ?? throw new KeyNotFoundException(step)));

    private static IEnumerable<string> References(JsonNode node) => node switch
    {
        JsonObject o => o.Members.SelectMany(member => member.Key == "$ref" ? [((JsonText)member.Value).Value] : References(member.Value)),
        JsonArray a => a.Items.SelectMany(References),
        _ => [],
    };
}
