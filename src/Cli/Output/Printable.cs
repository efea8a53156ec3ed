using System.Globalization;
using System.Text;

namespace Navarch.Cli.Output;

/// <summary>
/// Text of others, for a terminal or a log: what would move the cursor, colour, reorder or begin a line is shown, not done.
/// Pods, webhooks and archives choose what is in names and messages.
/// </summary>
internal static class Printable
{
    public static string Of(string text) => text.All(IsPlain) ? text : Escaped(text);

    private static bool IsPlain(char c) => CharUnicodeInfo.GetUnicodeCategory(c)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\n' => escaped.Append("\\n"),
                '\r' => escaped.Append("\\r"),
                '\t' => escaped.Append(c),
                _ when IsPlain(c) => escaped.Append(c),
                _ => escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
            };
        }

        return escaped.ToString();
    }
}
