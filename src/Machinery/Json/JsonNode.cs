using System.Text;
using Navarch.Api.Json;

namespace Navarch.Machinery.Json;

/// <summary>
/// A JSON value whose type is not known yet. Objects keep the order of their members, numbers keep their text, so that what
/// passes through unchanged is written as it was read. Scalars are immutable; objects and arrays change in place.
/// </summary>
public abstract class JsonNode : IEquatable<JsonNode>
{
    /// <summary>Deepest nesting that is read: as deep as objects may be that are kept. Every walk over a tree may recurse, because none is deeper than this.</summary>
    public const int DepthMax = 512;

    /// <summary>Most values in one document: a body of 3 MiB that is nothing but brackets must not become 100 MiB of nodes.</summary>
    public const int CountMax = 1_000_000;

    /// <exception cref="ApiJsonException">Malformed, too deep or too large.</exception>
    public static JsonNode Parse(ReadOnlySpan<byte> utf8) => JsonTreeReader.Read(utf8, out _);

    /// <param name="duplicates">Paths of members that occur twice, each as <c>duplicate field "spec.x"</c>; the last one counts.</param>
    /// <exception cref="ApiJsonException">Malformed, too deep or too large.</exception>
    public static JsonNode Parse(ReadOnlySpan<byte> utf8, out IReadOnlyList<string> duplicates) => JsonTreeReader.Read(utf8, out duplicates);

    public static JsonNode Parse(string text) => Parse(Encoding.UTF8.GetBytes(text));

    public abstract void Write(ApiWriter writer);

    /// <summary>A copy that shares no object or array with this.</summary>
    public abstract JsonNode Clone();

    /// <summary>Equal as JSON: the order of members does not matter, <c>1</c> and <c>1.0</c> are one number.</summary>
    public abstract bool Equals(JsonNode? other);

    public byte[] ToUtf8()
    {
        var writer = new ApiWriter();
        Write(writer);
        return writer.ToArray();
    }

    public sealed override string ToString() => Encoding.UTF8.GetString(ToUtf8());

    public sealed override bool Equals(object? obj) => Equals(obj as JsonNode);

    public abstract override int GetHashCode();
}

/// <summary>The value <c>null</c>.</summary>
public sealed class JsonNull : JsonNode
{
    public static readonly JsonNull Value = new();

    private JsonNull()
    {
    }

    public override void Write(ApiWriter writer) => writer.Null();

    public override JsonNode Clone() => this;

    public override bool Equals(JsonNode? other) => other is JsonNull;

    public override int GetHashCode() => 0;
}

public sealed class JsonBoolean : JsonNode
{
    public static readonly JsonBoolean True = new(true);
    public static readonly JsonBoolean False = new(false);

    private JsonBoolean(bool value) => Value = value;

    public bool Value { get; }

    public override void Write(ApiWriter writer) => writer.Boolean(Value);

    public override JsonNode Clone() => this;

    public override bool Equals(JsonNode? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => Value ? 1 : 2;
}

public sealed class JsonText(string value) : JsonNode
{
    public string Value { get; } = value;

    public override void Write(ApiWriter writer) => writer.String(Value);

    public override JsonNode Clone() => this;

    public override bool Equals(JsonNode? other) => other is JsonText text && text.Value == Value;

    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);
}

/// <summary>A number, kept as the text it was written as.</summary>
public sealed class JsonNumber(string text) : JsonNode
{
    public JsonNumber(long value)
        : this(value.ToString(System.Globalization.CultureInfo.InvariantCulture))
    {
    }

    public string Text { get; } = text;

    /// <summary>The number where it is whole and fits; null otherwise.</summary>
    public long? WholeValue => long.TryParse(Text, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var value) ? value : null;

    public override void Write(ApiWriter writer) => writer.Raw(Encoding.UTF8.GetBytes(Text));

    public override JsonNode Clone() => this;

    public override bool Equals(JsonNode? other) => other is JsonNumber number && (number.Text == Text || Double(number.Text) is { } right && Double(Text) == right && (WholeValue is null || number.WholeValue is null || WholeValue == number.WholeValue));

    // Of both halves and with a seed: the platform's own hash of a number is one for millions of them that are easily found.
    public override int GetHashCode()
    {
        var bits = Double(Text) is { } value and not 0 ? BitConverter.DoubleToInt64Bits(value) : 0;
        return HashCode.Combine((int)bits, (int)(bits >> 32));
    }

    private static double? Double(string text) =>
        double.TryParse(text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var value) ? value : null;
}

public sealed class JsonArray : JsonNode
{
    public List<JsonNode> Items { get; } = [];

    public static JsonArray Of(IEnumerable<JsonNode> items)
    {
        var array = new JsonArray();
        array.Items.AddRange(items);
        return array;
    }

    public override void Write(ApiWriter writer)
    {
        writer.BeginList();
        foreach (var item in Items)
        {
            writer.Element();
            item.Write(writer);
        }

        writer.EndList();
    }

    public override JsonNode Clone() => Of(Items.Select(item => item.Clone()));

    public override bool Equals(JsonNode? other) => other is JsonArray array && Items.SequenceEqual(array.Items);

    public override int GetHashCode() => Items.Aggregate(Items.Count, static (hash, item) => HashCode.Combine(hash, item));
}
