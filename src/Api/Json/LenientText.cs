using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Navarch.Api.Json;

/// <summary>Reads the strings of JSON as leniently as Go does: what is not Unicode becomes the replacement mark.</summary>
/// <remarks>
/// The platform's own reading throws for such strings. Catching that would let a body of broken strings cost seconds, so
/// nothing here throws.
/// </remarks>
public static class LenientText
{
    /// <summary>The string or name that the reader stands on.</summary>
    public static string Read(ref readonly Utf8JsonReader json)
    {
        var bytes = json.ValueSpan;
        return json.ValueIsEscaped ? Unescape(bytes) : Encoding.UTF8.GetString(bytes);
    }

    private static string Unescape(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (bytes.Length > 0)
        {
            var plain = bytes.IndexOf((byte)'\\');
            if (plain != 0)
            {
                plain = plain < 0 ? bytes.Length : plain;
                text.Append(Encoding.UTF8.GetString(bytes[..plain]));
                bytes = bytes[plain..];
                continue;
            }

            // The reader has made sure that every escape is one of JSON's, and complete.
            var letter = bytes[1];
            if (letter != 'u')
            {
                text.Append(letter switch { (byte)'n' => '\n', (byte)'t' => '\t', (byte)'r' => '\r', (byte)'b' => '\b', (byte)'f' => '\f', _ => (char)letter });
                bytes = bytes[2..];
                continue;
            }

            var unit = Unit(bytes);
            bytes = bytes[6..];
            if (char.IsHighSurrogate(unit) && bytes.StartsWith("\\u"u8) && Unit(bytes) is var low && char.IsLowSurrogate(low))
            {
                text.Append(unit).Append(low);
                bytes = bytes[6..];
            }
            else
            {
                text.Append(char.IsSurrogate(unit) ? '\ufffd' : unit);
            }
        }

        return text.ToString();
    }

    private static char Unit(ReadOnlySpan<byte> escape) => (char)ushort.Parse(escape.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
