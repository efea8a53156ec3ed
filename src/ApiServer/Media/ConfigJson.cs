using System.Text.Json.Nodes;

namespace Navarch.ApiServer.Media;

/// <summary>Reads files that operators write, where what is not understood must not be passed over.</summary>
internal static class ConfigJson
{
    /// <summary>The document of a file, YAML or JSON.</summary>
    /// <exception cref="InvalidDataException">It is of another kind.</exception>
    public static JsonObject Parse(ReadOnlySpan<byte> yaml, string apiVersion, string kind) =>
        JsonNode.Parse(Yaml.ToJson(yaml)) is JsonObject document && Text(document["kind"]) == kind && Text(document["apiVersion"]) == apiVersion
            ? document
            : throw new InvalidDataException($"it must have apiVersion {apiVersion} and kind {kind}");

    public static string Text(JsonNode? node) => (string?)node ?? "";

    public static bool? Flag(JsonNode? node) => (bool?)node;

    public static IReadOnlyList<string> Texts(JsonNode? node) => node is null ? [] : [.. node.AsArray().Select(static item => Text(item))];

    /// <summary>A mistyped name must not widen a rule.</summary>
    public static void RequireKnown(JsonObject value, string field, params ReadOnlySpan<string> names)
    {
        foreach (var (name, _) in value)
        {
            if (!names.Contains(name))
            {
                throw new InvalidDataException($"{(field.Length > 0 ? field + "." : "")}{name}: unknown field");
            }
        }
    }
}
