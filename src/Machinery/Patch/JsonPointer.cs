using System.Globalization;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Patch;

/// <summary>A place in a document, RFC 6901: <c>/spec/containers/0/image</c>.</summary>
internal sealed class JsonPointer
{
    /// <summary>Points at nothing in any document.</summary>
    public static readonly JsonPointer Nowhere = new("", [""]) { isNowhere = true };

    private readonly string text;
    private bool isNowhere;

    private JsonPointer(string text, string[] steps)
    {
        this.text = text;
        Steps = steps;
    }

    public IReadOnlyList<string> Steps { get; }

    public bool IsRoot => Steps.Count == 0;

    public string Last => Steps[^1];

    public static JsonPointer Parse(string text)
    {
        if (text.Length > 0 && text[0] != '/')
        {
            return Nowhere;
        }

        var steps = text.Length == 0 ? [] : text[1..].Split('/');
        for (var i = 0; i < steps.Length; i++)
        {
            // ~01 is the text "~1", so the order matters.
            steps[i] = steps[i].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        }

        return new JsonPointer(text, steps);
    }

    /// <summary>The object or array that holds (or will hold) what this points at; null when there is none.</summary>
    public JsonNode? FindParent(JsonNode root)
    {
        var node = isNowhere ? null : root;
        for (var i = 0; i < Steps.Count - 1 && node is not null; i++)
        {
            node = Child(node, Steps[i]);
        }

        return node is JsonObject or JsonArray ? node : null;
    }

    /// <summary>What this points at; null when there is nothing.</summary>
    public JsonNode? Find(JsonNode root) => IsRoot ? root : FindParent(root) is { } parent ? Child(parent, Last) : null;

    /// <summary>Whether <paramref name="other"/> lies inside of what this points at.</summary>
    public bool Contains(JsonPointer other) => other.Steps.Count > Steps.Count && other.Steps.Take(Steps.Count).SequenceEqual(Steps);

    /// <summary>The index that a step means in an array of <paramref name="count"/> places; negative ones count from the end. Null when out of bounds.</summary>
    public static int? Index(string step, int count)
    {
        if (!int.TryParse(step, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index) || step[0] == '+')
        {
            return null;
        }

        index = index < 0 ? index + count : index;
        return index >= 0 && index < count ? index : null;
    }

    public override string ToString() => text;

    private static JsonNode? Child(JsonNode parent, string step) => parent switch
    {
        JsonObject o => o[step],
        JsonArray a => Index(step, a.Items.Count) is { } index ? a.Items[index] : null,
        _ => null,
    };
}
