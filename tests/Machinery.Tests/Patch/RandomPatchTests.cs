using System.Text;
using Navarch.Api;
using Navarch.Api.Apps.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Json;
using Navarch.Machinery.Json;
using Navarch.Machinery.Patch;
using Navarch.Testing;

namespace Navarch.Machinery.Tests.Patch;

/// <summary>What holds for every patch, and that no patch does more than fail.</summary>
public sealed class RandomPatchTests
{
    private const int Seed = 20261121;

    private static readonly string[] Directives =
    [
        "\"$patch\":\"replace\"", "\"$patch\":\"delete\"", "\"$patch\":\"merge\"", "\"$patch\":{}", "\"$retainKeys\":[\"name\",\"a\"]", "\"$retainKeys\":{}",
        "\"$setElementOrder/containers\":[{\"name\":\"a\"},{\"name\":\"web\"}]", "\"$setElementOrder/ports\":[{\"containerPort\":80}]", "\"$setElementOrder/finalizers\":[\"a\"]",
        "\"$deleteFromPrimitiveList/finalizers\":[\"a\",\"web\"]", "\"$setElementOrder/env\":7", "\"$deleteFromPrimitiveList/containers\":[{}]",
    ];

    [Fact]
    public void A_strategic_patch_applied_twice_changes_nothing_the_second_time()
    {
        var applied = 0;
        for (var round = 0; round < 1500; round++)
        {
            var random = new RandomApi(new Random(Seed + round));
            var schema = (round % 3) switch { 0 => Pod.Schema, 1 => Deployment.Schema, _ => Service.Schema };
            var (document, patch) = (WithUniqueKeys((JsonObject)JsonNode.Parse(random.Value(schema)), schema), WithUniqueKeys((JsonObject)JsonNode.Parse(random.Value(schema)), schema));
            try
            {
                var once = StrategicMergePatch.Apply((JsonObject)document.Clone(), patch.Clone(), schema);
                var twice = StrategicMergePatch.Apply((JsonObject)once.Clone(), patch.Clone(), schema);

                Assert.True(once.ToString() == twice.ToString(), $"round {round}:\n{document}\n{patch}\n{once}\n{twice}");
                applied++;
            }
            catch (PatchException)
            {
                // Lists of elements without their key.
            }
        }

        Assert.True(applied > 200, $"only {applied} patches applied");
    }

    [Fact]
    public void A_patch_with_directives_anywhere_applies_or_is_refused()
    {
        for (var round = 0; round < 3000; round++)
        {
            var source = new Random(Seed + round);
            var random = new RandomApi(source);
            var document = (JsonObject)JsonNode.Parse(random.Value(Pod.Schema));
            try
            {
                StrategicMergePatch.Apply(document, JsonNode.Parse(WithDirectives(random.Value(Pod.Schema), source)), Pod.Schema);
            }
            catch (Exception e) when (e is PatchException or ApiJsonException)
            {
                Assert.NotEmpty(e.Message);
            }
        }
    }

    [Fact]
    public void Json_patches_of_random_operations_apply_or_are_refused()
    {
        string[] kinds = ["add", "remove", "replace", "move", "copy", "test", "jump"];
        string[] paths = ["", "/", "/spec", "/spec/containers", "/spec/containers/0", "/spec/containers/-", "/spec/containers/-1", "/metadata/labels/a", "/metadata/labels/~1", "/x/y/z", "a", "/spec/containers/99999999999999999999"];
        var random = new Random(Seed);
        for (var round = 0; round < 3000; round++)
        {
            var operations = Enumerable.Range(0, random.Next(6)).Select(_ =>
                $$"""{"op":"{{kinds[random.Next(kinds.Length)]}}","path":"{{paths[random.Next(paths.Length)]}}","from":"{{paths[random.Next(paths.Length)]}}","value":{{Encoding.UTF8.GetString(new RandomApi(random).Anything())}}}""");
            try
            {
                var result = JsonPatch.Read(JsonNode.Parse($"[{string.Join(',', operations)}]")).Apply(JsonNode.Parse("""{"metadata":{"labels":{"a":"1"}},"spec":{"containers":[{"name":"a"},{"name":"b"}]}}"""));
                Assert.True(result.Equals(JsonNode.Parse(result.ToUtf8())));
            }
            catch (PatchException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }
    }

    private static byte[] WithDirectives(byte[] json, Random random)
    {
        var text = Encoding.UTF8.GetString(json);
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            var at = text.IndexOf('{', random.Next(text.Length));
            if (at >= 0)
            {
                var separator = text[at + 1] == '}' ? "" : ",";
                text = text.Insert(at + 1, Directives[random.Next(Directives.Length)] + separator);
            }
        }

        return Encoding.UTF8.GetBytes(text);
    }

    /// <summary>Two elements of one key are no list that a server would have stored.</summary>
    private static JsonObject WithUniqueKeys(JsonObject node, Schema? schema)
    {
        foreach (var (name, value) in node.Members.ToList())
        {
            var field = schema is { Kind: SchemaKind.Object } ? schema.FindField(name) : null;
            if (value is JsonObject inner)
            {
                WithUniqueKeys(inner, field?.Type.Kind == SchemaKind.Map ? field.Type.Items : field?.Type);
            }
            else if (value is JsonArray list)
            {
                foreach (var item in list.Items.OfType<JsonObject>())
                {
                    WithUniqueKeys(item, field?.Type.Items);
                }

                if (field is { IsMerged: true })
                {
                    var unique = list.Items.DistinctBy(item => field.MergeKey.Length == 0 ? item : (item as JsonObject)?[field.MergeKey] ?? JsonNull.Value).ToList();
                    list.Items.Clear();
                    list.Items.AddRange(unique);
                }
            }
        }

        return node;
    }
}
