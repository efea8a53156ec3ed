using System.Globalization;
using System.Text;
using System.Text.Json;
using Navarch.Api.Json;

namespace Navarch.Machinery.Json;

/// <summary>Builds a tree from JSON text, within the bounds of <see cref="JsonNode"/>.</summary>
internal ref struct JsonTreeReader
{
    private const int DuplicatesMax = 100;

    private readonly List<string> path = [];
    private readonly List<string> duplicates = [];
    private Utf8JsonReader json;
    private int count;

    private JsonTreeReader(ReadOnlySpan<byte> utf8) => json = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = JsonNode.DepthMax });

    public static JsonNode Read(ReadOnlySpan<byte> utf8, out IReadOnlyList<string> duplicates)
    {
        var reader = new JsonTreeReader(utf8);
        try
        {
            reader.json.Read();
            var node = reader.Value();
            reader.json.Read();
            duplicates = reader.duplicates;
            return node;
        }
        catch (JsonException e)
        {
            throw new ApiJsonException(JsonSyntax.FindProblem(utf8, JsonNode.DepthMax) ?? e.Message, e);
        }
    }

    private JsonNode Value()
    {
        if (++count > JsonNode.CountMax)
        {
            throw new ApiJsonException(string.Create(CultureInfo.InvariantCulture, $"more than {JsonNode.CountMax} values"));
        }

        switch (json.TokenType)
        {
            case JsonTokenType.StartObject:
                return Object();
            case JsonTokenType.StartArray:
                return Array();
            case JsonTokenType.String:
                return new JsonText(Text());
            case JsonTokenType.Number:
                return new JsonNumber(Encoding.UTF8.GetString(json.ValueSpan));
            case JsonTokenType.True:
                return JsonBoolean.True;
            case JsonTokenType.False:
                return JsonBoolean.False;
            default:
                return JsonNull.Value;
        }
    }

    private JsonObject Object()
    {
        var node = new JsonObject();
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            var name = Text();
            path.Add(path.Count == 0 ? name : "." + name);
            json.Read();
            if (!node.Set(name, Value()) && duplicates.Count < DuplicatesMax)
            {
                duplicates.Add($"duplicate field \"{string.Concat(path)}\"");
            }

            path.RemoveAt(path.Count - 1);
        }

        return node;
    }

    private JsonArray Array()
    {
        var node = new JsonArray();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            path.Add(string.Create(CultureInfo.InvariantCulture, $"[{node.Items.Count}]"));
            node.Items.Add(Value());
            path.RemoveAt(path.Count - 1);
        }

        return node;
    }

    private readonly string Text() => LenientText.Read(in json);
}
