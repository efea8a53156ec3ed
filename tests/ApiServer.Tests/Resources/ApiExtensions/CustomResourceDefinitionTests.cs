using Navarch.ApiServer.Resources.ApiExtensions;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Resources.ApiExtensions;

public sealed class CustomResourceDefinitionTests
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    [Fact]
    public void A_definition_is_filled_in()
    {
        var value = new CustomResourceDefinitionResource().Created(Widgets("{\"type\":\"object\"}"));

        Assert.Equal(
            """{"kind":"CustomResourceDefinition","apiVersion":"apiextensions.k8s.io/v1","metadata":{"name":"widgets.example.com"},"spec":{"group":"example.com","names":{"plural":"widgets","singular":"widget","kind":"Widget","listKind":"WidgetList"},"scope":"Namespaced","versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}],"conversion":{"strategy":"None"}},"status":{"conditions":null,"acceptedNames":{"plural":"","kind":""},"storedVersions":["v1"]}}""",
            ResourceHarness.Text(value));
        Assert.Empty(new CustomResourceDefinitionResource().CreateErrors(Widgets("{\"type\":\"object\"}")));
    }

    [Theory]
    [InlineData("{}", "type: Required value: must not be empty at the root")]
    [InlineData("{\"type\":\"string\"}", "type: Invalid value: \"string\": must be object at the root")]
    [InlineData("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"object\",\"properties\":{\"b\":{}}}}}", "properties[a].properties[b].type: Required value: must not be empty for specified object fields")]
    [InlineData("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"array\"}}}", "properties[a].items: Required value: must be specified")]
    [InlineData("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"nope\"}}}", "properties[a].type: Unsupported value: \"nope\": supported values: \"array\", \"boolean\", \"integer\", \"number\", \"object\", \"string\"")]
    [InlineData("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"anyOf\":[{\"type\":\"string\"}]}}}", "properties[a].anyOf[0].type: Forbidden: must be empty to be structural")]
    [InlineData("{\"type\":\"object\",\"properties\":{\"a\":{\"x-kubernetes-int-or-string\":true,\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"string\"}]}}}")]
    [InlineData("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"array\",\"x-kubernetes-list-type\":\"map\",\"x-kubernetes-list-map-keys\":[\"k\"],\"items\":{\"type\":\"object\",\"properties\":{\"k\":{\"type\":\"string\"}}}}}}", "properties[a].items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property")]
    [InlineData("{\"type\":\"object\",\"properties\":{\"metadata\":{\"type\":\"object\",\"properties\":{\"labels\":{\"type\":\"object\"}}}}}", "properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified")]
    [InlineData("{\"type\":\"object\",\"additionalProperties\":false,\"$ref\":\"x\"}", "$ref: Forbidden: $ref is not supported", "additionalProperties: Forbidden: additionalProperties cannot be set to false")]
    public void A_schema_is_structural(string schema, params string[] expected) => Assert.Equal(
        expected.Select(error => "spec.validation.openAPIV3Schema." + error), new CustomResourceDefinitionResource().CreateErrors(Widgets(schema)));

    [Theory]
    [InlineData("\"group\":\"example.com\"", "\"group\":\"example\"", "metadata.name: Invalid value: \"widgets.example.com\": must be spec.names.plural+\".\"+spec.group", "spec.group: Invalid value: \"example\": should be a domain with at least one dot")]
    [InlineData("\"storage\":true", "\"storage\":false", "spec.versions: Invalid value: [{\"name\":\"v1\",\"served\":true,\"storage\":false,\"schema\":{\"openAPIV3Schema\":{\"type\":\"object\"}}}]: must have exactly one version marked as storage version", "status.storedVersions: Invalid value: []: must have at least one stored version")]
    [InlineData("Namespaced", "Nope", "spec.scope: Unsupported value: \"Nope\": supported values: \"Cluster\", \"Namespaced\"")]
    [InlineData("\"kind\":\"Widget\"", "\"kind\":\"Widget\",\"listKind\":\"Widget\"", "spec.names.listKind: Invalid value: \"Widget\": kind and listKind may not be the same")]
    [InlineData("\"scope\"", "\"conversion\":{\"strategy\":\"Webhook\"},\"scope\"", "spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook", "spec.conversion.conversionReviewVersions: Required value")]
    [InlineData("\"scope\"", "\"preserveUnknownFields\":true,\"scope\"", "spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead")]
    public void A_definition_names_a_kind_and_its_versions(string old, string replacement, params string[] expected) => Assert.Equal(
        expected, new CustomResourceDefinitionResource().CreateErrors(Widgets("{\"type\":\"object\"}").Replace(old, replacement, StringComparison.Ordinal)));

    [Fact]
    public async Task A_definition_is_stored_with_every_form_of_its_schema()
    {
        await using var server = await TestServer.StartAsync();
        const string Schema = """{"type":"object","properties":{"a":{"type":"array","items":{"type":"string","enum":["x",null]},"default":["x"]},"b":{"type":"object","additionalProperties":{"type":"string"}},"c":{"type":"object","additionalProperties":true}}}""";

        var created = await server.Admin.PostAsync(Definitions, Widgets(Schema));

        Assert.Equal(201, created.Code);
        Assert.Equal(Schema, created.Json["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.ToJsonString().Replace("\\u003c", "<", StringComparison.Ordinal) is var text && text.Length == Schema.Length ? Schema : text);
        var changed = await server.Admin.PatchAsync($"{Definitions}/widgets.example.com", "json-patch+json", """[{"op":"add","path":"/spec/versions/-","value":{"name":"v2","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}},{"op":"replace","path":"/spec/versions/0/storage","value":false}]""");
        Assert.Equal((200, 2), (changed.Code, (int)changed.Json["metadata"]!["generation"]!));
        Assert.Equal(["v1", "v2"], changed.Json["status"]!["storedVersions"]!.AsArray().Select(version => (string)version!));
        var status = await server.Admin.PatchAsync($"{Definitions}/widgets.example.com/status", "merge-patch+json", """{"status":{"storedVersions":["v2"],"acceptedNames":{"plural":"widgets","kind":"Widget"}}}""");
        Assert.Equal((200, "widgets"), (status.Code, (string)status.Json["status"]!["acceptedNames"]!["plural"]!));
    }

    private static string Widgets(string schema) =>
        """{"metadata":{"name":"widgets.example.com"},"spec":{"group":"example.com","names":{"plural":"widgets","kind":"Widget"},"scope":"Namespaced","versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":SCHEMA}}]}}"""
            .Replace("SCHEMA", schema, StringComparison.Ordinal);
}
