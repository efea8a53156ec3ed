using System.Text.Json;
using System.Text.Json.Nodes;
using Navarch.Api;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Media;

/// <summary>Reads files that operators write, where what is not understood must not be passed over.</summary>
internal static class ConfigJson
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 512 };

    /// <summary>What a file says.</summary>
    /// <param name="problem">What is said of one that cannot be understood, such as <c>is not an audit policy</c>.</param>
    /// <exception cref="InvalidDataException">It cannot be understood; the message names the file, and says where.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static T Load<T>(string path, string problem, Func<byte[], T> parse)
    {
        try
        {
            return parse(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is JsonException or StatusException or InvalidDataException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{path} {problem}: {e.Message}", e);
        }
    }

    /// <summary>The document of a file, YAML or JSON.</summary>
    /// <param name="apiVersion">The version it should have.</param>
    /// <param name="older">Others that say the same.</param>
    /// <exception cref="InvalidDataException">It is of another kind.</exception>
    public static JsonObject Parse(ReadOnlySpan<byte> yaml, string apiVersion, string kind, params ReadOnlySpan<string> older) =>
        JsonNode.Parse(Yaml.ToJson(yaml), null, Strict) is JsonObject document && Text(document["kind"]) == kind
        && Text(document["apiVersion"]) is var version && (version == apiVersion || older.Contains(version))
            ? document
            : throw new InvalidDataException($"it must have apiVersion {apiVersion} and kind {kind}");

    /// <summary>An object in another; null where there is none.</summary>
    public static JsonObject? FindObject(JsonObject parent, string field, string name) => parent[name] switch
    {
        null => null,
        JsonObject value => value,
        _ => throw new InvalidDataException($"{At(field, name)}: must be an object"),
    };

    /// <summary>The objects of a list, each with where it is.</summary>
    public static IEnumerable<(JsonObject Value, string Field)> Objects(JsonObject parent, string field, string name) =>
        List(parent, field, name).Select((item, i) => (item as JsonObject ?? throw new InvalidDataException($"{At(field, name)}[{i}]: must be an object"), $"{At(field, name)}[{i}]"));

    /// <summary>The text of a member; null where there is none.</summary>
    public static string? FindText(JsonObject parent, string field, string name) => TextOf(parent[name], At(field, name));

    /// <summary>The text of a member; empty where there is none.</summary>
    public static string Text(JsonObject parent, string field, string name) => FindText(parent, field, name) ?? "";

    public static IReadOnlyList<string> Texts(JsonObject parent, string field, string name) =>
        [.. List(parent, field, name).Select((item, i) => TextOf(item, $"{At(field, name)}[{i}]") ?? "")];

    public static bool? Flag(JsonObject parent, string field, string name) => parent[name] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        _ => throw new InvalidDataException($"{At(field, name)}: must be true or false"),
    };

    /// <summary>A span of time; zero where there is none.</summary>
    public static Duration FindDuration(JsonObject parent, string field, string name)
    {
        try
        {
            return FindText(parent, field, name) is { } text ? Duration.Parse(text) : default;
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"{At(field, name)}: {e.Message}", e);
        }
    }

    /// <summary>A part of a file must say what it is.</summary>
    public static void RequireType(JsonObject value, string field, string apiVersion, string kind)
    {
        if (Text(value["kind"]) != kind || Text(value["apiVersion"]) != apiVersion)
        {
            throw new InvalidDataException($"{field}: it must have apiVersion {apiVersion} and kind {kind}");
        }
    }

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
                throw new InvalidDataException($"{At(field, name)}: unknown field");
            }
        }
    }

    private static IList<JsonNode?> List(JsonObject parent, string field, string name) => parent[name] switch
    {
        null => [],
        JsonArray list => list,
        _ => throw new InvalidDataException($"{At(field, name)}: must be a list"),
    };

    private static string? TextOf(JsonNode? node, string field) => node switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => throw new InvalidDataException($"{field}: must be a text"),
    };

    private static string At(string field, string name) => field.Length > 0 ? $"{field}.{name}" : name;
}
