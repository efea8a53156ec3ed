using System.Globalization;
using System.Text;

namespace Navarch.Machinery.Cel.Syntax;

/// <summary>Strings and bytes: one or three quotes of either form, raw after <c>r</c>, bytes after <c>b</c>.</summary>
internal static class StringLiteral
{
    public static bool StartsAt(string text, int at)
    {
        at += at < text.Length && text[at] is 'b' or 'B' ? 1 : 0;
        at += at < text.Length && text[at] is 'r' or 'R' ? 1 : 0;
        return at < text.Length && text[at] is '"' or '\'';
    }

    /// <returns>A string, or an array of bytes.</returns>
    /// <exception cref="SyntaxException">It does not end, or has an escape that there is not.</exception>
    public static object Read(string text, ref int at)
    {
        var start = at;
        var isBytes = Take(text, ref at, 'b');
        var isRaw = Take(text, ref at, 'r');
        var quote = text[at];
        var isTriple = string.CompareOrdinal(text, at, new string(quote, 3), 0, 3) == 0;
        var close = new string(quote, isTriple ? 3 : 1);
        at += close.Length;
        var body = new StringBuilder();
        var bytes = isBytes ? new List<byte>() : null;
        while (true)
        {
            if (at >= text.Length || (!isTriple && text[at] is '\n' or '\r'))
            {
                throw new SyntaxException(start, $"Syntax error: token recognition error at: '{text[start..at]}'");
            }

            if (string.CompareOrdinal(text, at, close, 0, close.Length) == 0)
            {
                at += close.Length;
                break;
            }

            if (text[at] == '\\' && !isRaw)
            {
                Escape(text, ref at, start, body, bytes);
            }
            else if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is not ('\n' or '\r'))
            {
                // Nothing in a raw string is an escape, but a quote behind a backslash does not end it either.
                Append(text, ref at, body, bytes);
                Append(text, ref at, body, bytes);
            }
            else
            {
                Append(text, ref at, body, bytes);
            }
        }

        return bytes is null ? body.ToString() : bytes.ToArray();
    }

    private static bool Take(string text, ref int at, char prefix)
    {
        var found = char.ToLowerInvariant(text[at]) == prefix;
        at += found ? 1 : 0;
        return found;
    }

    private static void Append(string text, ref int at, StringBuilder body, List<byte>? bytes)
    {
        var length = char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;
        if (bytes is null)
        {
            body.Append(text, at, length);
        }
        else
        {
            bytes.AddRange(Encoding.UTF8.GetBytes(text.Substring(at, length)));
        }

        at += length;
    }

    private static void Escape(string text, ref int at, int start, StringBuilder body, List<byte>? bytes)
    {
        var c = at + 1 < text.Length ? text[at + 1] : '\0';
        const string Short = "abfnrtv\\'\"`?";
        var plain = Short.IndexOf(c);
        if (plain >= 0)
        {
            at += 2;
            Put("\a\b\f\n\r\t\v\\'\"`?"[plain], body, bytes, isByte: false);
            return;
        }

        var (digits, isByte) = c switch
        {
            'x' or 'X' => (2, true),
            'u' when bytes is null => (4, false),
            'U' when bytes is null => (8, false),
            >= '0' and <= '3' => (3, true),
            _ => throw new SyntaxException(start, "invalid escape sequence"),
        };
        var first = char.IsAsciiDigit(c) ? at + 1 : at + 2;
        if (first + digits > text.Length)
        {
            throw new SyntaxException(start, "invalid escape sequence");
        }

        var number = text.AsSpan(first, digits);
        var value = char.IsAsciiDigit(c) ? Octal(number) : int.TryParse(number, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) ? hex : -1;
        if (value < 0 || (!isByte && !Rune.IsValid(value)))
        {
            throw new SyntaxException(start, "invalid unicode code point");
        }

        at = first + digits;
        Put(value, body, bytes, isByte);
    }

    private static void Put(int value, StringBuilder body, List<byte>? bytes, bool isByte)
    {
        if (bytes is not null)
        {
            bytes.Add((byte)value);
        }
        else
        {
            body.Append(isByte ? ((char)value).ToString() : char.ConvertFromUtf32(value));
        }
    }

    private static int Octal(ReadOnlySpan<char> digits)
    {
        var value = 0;
        foreach (var digit in digits)
        {
            if (digit is < '0' or > '7')
            {
                return -1;
            }

            value = (value * 8) + (digit - '0');
        }

        return value;
    }
}
