using System.Globalization;
using System.Text;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Errors;

/// <summary>Text in the forms that messages of the API are known by.</summary>
public static class GoText
{
    /// <summary>The text in double quotes; what would break a line or is not printable becomes an escape.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                '\a' => quoted.Append("\\a"),
                '\b' => quoted.Append("\\b"),
                '\f' => quoted.Append("\\f"),
                '\v' => quoted.Append("\\v"),
                < 0x20 or 0x7f => quoted.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
                _ when !IsPrintable(rune) => quoted.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
                _ => quoted.Append(rune.ToString()),
            };
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>Several problems as one: alone as it stands, else <c>[one, two]</c>, each said once.</summary>
    public static string Aggregate(IEnumerable<string> problems)
    {
        var distinct = problems.Distinct(StringComparer.Ordinal).ToList();
        return distinct.Count == 1 ? distinct[0] : $"[{string.Join(", ", distinct)}]";
    }

    /// <summary>A tree in the form that messages show trees in: <c>map[a:[1 2] b:text]</c>.</summary>
    public static string Map(JsonNode node) => node switch
    {
        JsonObject o => $"map[{string.Join(' ', o.Members.OrderBy(static member => member.Key, StringComparer.Ordinal).Select(static member => $"{member.Key}:{Map(member.Value)}"))}]",
        JsonArray a => $"[{string.Join(' ', a.Items.Select(Map))}]",
        JsonText text => text.Value,
        JsonNull => "<nil>",
        _ => Encoding.UTF8.GetString(node.ToUtf8()),
    };

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator)
        || rune.Value == ' ';
}
