using System.Globalization;
using System.Text;
using Navarch.Machinery.Cel.Checking;
using Navarch.Machinery.Cel.Evaluation;
using Navarch.Machinery.Errors;

namespace Navarch.Machinery.Cel.Library;

/// <summary>Functions of text.</summary>
internal static class TextFunctions
{
    public static IEnumerable<Overload> All =>
    [
        Signature.Read("string.contains(string) -> bool", static (a, run) => Values.Box(Searched(a, run).Contains((string)a[1], StringComparison.Ordinal))),
        Signature.Read("string.startsWith(string) -> bool", static (a, run) => Values.Box(Walked(a, run).StartsWith((string)a[1], StringComparison.Ordinal))),
        Signature.Read("string.endsWith(string) -> bool", static (a, run) => Values.Box(Walked(a, run).EndsWith((string)a[1], StringComparison.Ordinal))),
        Signature.Read("string.charAt(int) -> string", CharAt),
        Signature.Read("string.indexOf(string) -> int", static (a, run) => IndexOf(Searched(a, run), (string)a[1], 0)),
        Signature.Read("string.indexOf(string, int) -> int", static (a, run) => IndexOf(Searched(a, run), (string)a[1], (long)a[2])),
        Signature.Read("string.lastIndexOf(string) -> int", static (a, run) => LastIndexOf(Searched(a, run), (string)a[1], null)),
        Signature.Read("string.lastIndexOf(string, int) -> int", static (a, run) => LastIndexOf(Searched(a, run), (string)a[1], (long)a[2])),
        Signature.Read("string.lowerAscii() -> string", static (a, run) => Mapped(Walked(a, run), static c => c is >= 'A' and <= 'Z' ? (char)(c | 0x20) : c)),
        Signature.Read("string.upperAscii() -> string", static (a, run) => Mapped(Walked(a, run), static c => c is >= 'a' and <= 'z' ? (char)(c & ~0x20) : c)),
        Signature.Read("string.trim() -> string", static (a, run) => Walked(a, run).Trim()),
        Signature.Read("string.replace(string, string) -> string", static (a, run) => Replace(Searched(a, run), (string)a[1], (string)a[2], -1, run)),
        Signature.Read("string.replace(string, string, int) -> string", static (a, run) => Replace(Searched(a, run), (string)a[1], (string)a[2], (long)a[3], run)),
        Signature.Read("string.split(string) -> list(string)", static (a, run) => Split(Searched(a, run), (string)a[1], -1, run)),
        Signature.Read("string.split(string, int) -> list(string)", static (a, run) => Split(Searched(a, run), (string)a[1], (long)a[2], run)),
        Signature.Read("string.substring(int) -> string", static (a, run) => Substring(Walked(a, run), (long)a[1], null)),
        Signature.Read("string.substring(int, int) -> string", static (a, run) => Substring(Walked(a, run), (long)a[1], (long)a[2])),
        Signature.Read("list(string).join() -> string", static (a, run) => Join((CelList)a[0], "", run)),
        Signature.Read("list(string).join(string) -> string", static (a, run) => Join((CelList)a[0], (string)a[1], run)),
        Signature.Read("jsonpatch.escapeKey(string) -> string", static (a, run) => Walked(a, run).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)),
        Signature.Read("strings.quote(string) -> string", static (a, run) => GoText.Quote(Walked(a, run))),
    ];

    private static string Walked(ReadOnlySpan<object> arguments, CelRun run)
    {
        var text = (string)arguments[0];
        run.Walk(text.Length);
        return text;
    }

    // A part that is almost everywhere is compared almost everywhere.
    private static string Searched(ReadOnlySpan<object> arguments, CelRun run)
    {
        var (text, part) = ((string)arguments[0], (string)arguments[1]);
        run.Spend(((text.Length / 10L) + 1) * ((part.Length / 10L) + 1));
        return text;
    }

    private static CelError OutOfRange(long index) => new(string.Create(CultureInfo.InvariantCulture, $"index out of range: {index}"));

    private static object CharAt(ReadOnlySpan<object> arguments, CelRun run)
    {
        var (text, index) = (Walked(arguments, run), (long)arguments[1]);
        var at = CodePoints.Offset(text, index);
        return at < 0 ? OutOfRange(index)
            : at == text.Length ? ""
            : text.Substring(at, at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1);
    }

    private static object IndexOf(string text, string part, long from)
    {
        var start = CodePoints.Offset(text, from);
        if (start < 0)
        {
            return OutOfRange(from);
        }

        var found = text.IndexOf(part, start, StringComparison.Ordinal);
        return found < 0 ? -1L : CodePoints.Count(text[..found]);
    }

    private static object LastIndexOf(string text, string part, long? from)
    {
        var start = from is { } index ? CodePoints.Offset(text, index) : text.Length;
        if (start < 0)
        {
            return OutOfRange(from!.Value);
        }

        var end = Math.Min(text.Length, start + part.Length);
        var found = part.Length == 0 ? start : text.AsSpan(0, end).LastIndexOf(part);
        return found < 0 ? -1L : CodePoints.Count(text[..found]);
    }

    private static string Mapped(string text, Func<char, char> map) => string.Create(text.Length, (text, map), static (span, from) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = from.map(from.text[i]);
        }
    });

    private static object Replace(string text, string old, string by, long limit, CelRun run)
    {
        var made = new StringBuilder();
        var at = 0;
        for (; limit != 0; limit--)
        {
            // Nothing is found before every character and at the end.
            var found = text.IndexOf(old, at, StringComparison.Ordinal);
            if (found < 0)
            {
                break;
            }

            run.Walk(by.Length);
            made.Append(text, at, found - at).Append(by);
            at = found + old.Length;
            if (made.Length > CelBudget.SizeMax)
            {
                return CelError.TooLarge;
            }

            if (old.Length == 0)
            {
                if (found >= text.Length)
                {
                    return made.ToString();
                }

                var length = found + 1 < text.Length && char.IsSurrogatePair(text[found], text[found + 1]) ? 2 : 1;
                made.Append(text, found, length);
                at = found + length;
            }
        }

        return made.Append(text, at, text.Length - at).ToString();
    }

    private static CelList Split(string text, string separator, long limit, CelRun run)
    {
        if (limit == 0)
        {
            return CelList.Of([]);
        }

        var parts = new List<object>();
        if (separator.Length == 0)
        {
            for (var at = 0; at < text.Length;)
            {
                run.Spend(1);
                var length = parts.Count + 1 == limit ? text.Length - at : at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;
                parts.Add(text.Substring(at, length));
                at += length;
            }

            return CelList.Of(parts);
        }

        var from = 0;
        while (parts.Count + 1 != limit && text.IndexOf(separator, from, StringComparison.Ordinal) is >= 0 and var found)
        {
            run.Spend(1);
            parts.Add(text[from..found]);
            from = found + separator.Length;
        }

        parts.Add(text[from..]);
        return CelList.Of(parts);
    }

    private static object Substring(string text, long from, long? to)
    {
        var start = CodePoints.Offset(text, from);
        var end = to is { } last ? CodePoints.Offset(text, last) : text.Length;
        return start < 0 ? OutOfRange(from)
            : end < 0 ? OutOfRange(to!.Value)
            : start > end ? new CelError(string.Create(CultureInfo.InvariantCulture, $"invalid substring range. start: {from}, end: {to}"))
            : text[start..end];
    }

    private static object Join(CelList list, string separator, CelRun run)
    {
        var made = new StringBuilder();
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] is not string part)
            {
                return CelError.NoSuchOverload;
            }

            run.Walk(part.Length + separator.Length);
            made.Append(i > 0 ? separator : "").Append(part);
            if (made.Length > CelBudget.SizeMax)
            {
                return CelError.TooLarge;
            }
        }

        return made.ToString();
    }
}
