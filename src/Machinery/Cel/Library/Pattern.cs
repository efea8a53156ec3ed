using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Navarch.Machinery.Cel.Library;

/// <summary>
/// Translates patterns from RE2's syntax, in which they are written, to that of .NET. What RE2 does not have is refused, so that a
/// policy means the same on every cluster; what differs in meaning (classes are ASCII, <c>$</c> is the very end) is spelled out.
/// </summary>
internal sealed class Pattern
{
    private const int LengthMax = 5000;
    private const int RepeatMax = 1000;

    // Of the pattern with its repetitions written out.
    private const int SizeMax = 10_000;

    private const string Digits = "0-9";
    private const string Word = "0-9A-Za-z_";
    private const string Space = @"\t\n\f\r ";

    private static readonly Dictionary<char, (string Set, string Others)> Classes = new()
    {
        ['d'] = (Digits, @"\x00-/:-\uFFFF"),
        ['w'] = (Word, @"\x00-/:-@\[-\^`{-\uFFFF"),
        ['s'] = (Space, @"\x00-\x08\x0B\x0E-\x1F!-\uFFFF"),
    };

    private static readonly Dictionary<string, string> Named = new()
    {
        ["alnum"] = "0-9A-Za-z", ["alpha"] = "A-Za-z", ["ascii"] = @"\x00-\x7F", ["blank"] = @"\t ", ["cntrl"] = @"\x00-\x1F\x7F", ["digit"] = Digits,
        ["graph"] = "!-~", ["lower"] = "a-z", ["print"] = " -~", ["punct"] = @"!-/:-@\[-`{-~", ["space"] = @"\t\n\v\f\r ", ["upper"] = "A-Z", ["word"] = Word, ["xdigit"] = "0-9A-Fa-f",
    };

    private readonly string text;
    private readonly StringBuilder made = new();

    // Per open group: the repetitions within it, that those of the group itself multiply, and whether ^ and $ mean lines.
    private readonly Stack<(int Repeats, int Size, bool IsMultiline)> groups = new();
    private int at;
    private int repeats = 1;
    private int lastRepeats;
    private int size;
    private int lastSize;
    private bool isMultiline;

    private Pattern(string text) => this.text = text;

    /// <summary>Null where the pattern is none.</summary>
    public static CompiledPattern? Compile(string text, out string problem)
    {
        problem = "";
        if (text.Length > LengthMax)
        {
            problem = "expression too large";
            return null;
        }

        try
        {
            var pattern = new Pattern(text);
            var translated = pattern.Translate();
            if (pattern.size <= SizeMax)
            {
                return new CompiledPattern(new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant), pattern.size);
            }

            problem = "expression too large";
        }
        catch (FormatException e)
        {
            problem = e.Message;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            problem = $"invalid syntax: `{text}`";
        }

        return null;
    }

    private string Translate()
    {
        while (at < text.Length)
        {
            switch (text[at])
            {
                case '\\':
                    Atom();
                    Escape(isInClass: false);
                    break;
                case '[':
                    Atom();
                    Class();
                    break;
                case '(':
                    Open();
                    break;
                case ')':
                    Close();
                    break;
                case '$':
                    Atom();
                    made.Append(isMultiline ? "$" : @"\z");
                    at++;
                    break;
                case '*' or '+' or '?' or '{':
                    Repeat();
                    break;
                case '|':
                    lastRepeats = 0;
                    made.Append(text[at++]);
                    break;
                default:
                    Atom();
                    made.Append(text[at++]);
                    break;
            }
        }

        return groups.Count == 0 ? made.ToString() : throw new FormatException($"missing closing ): `{text}`");
    }

    private void Atom()
    {
        lastRepeats = 1;
        lastSize = 1;
        size++;
    }

    private void Open()
    {
        groups.Push((repeats, size, isMultiline));
        repeats = 1;
        size = 0;
        lastRepeats = 0;
        made.Append('(');
        at++;
        if (at >= text.Length || text[at] != '?')
        {
            return;
        }

        at++;
        if (Starts("P<") || (Starts("<") && !Starts("<=") && !Starts("<!")))
        {
            var end = text.IndexOf('>', at);
            var name = end < 0 ? "" : text[(text.IndexOf('<', at) + 1)..end];
            if (name.Length == 0 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            {
                throw new FormatException($"invalid named capture: `{text[(at - 2)..]}`");
            }

            made.Append("?<n").Append(name).Append('>');
            at = end + 1;
            return;
        }

        var start = at;
        var isOn = true;
        while (at < text.Length && text[at] is 'i' or 'm' or 's' or '-')
        {
            isOn = isOn && text[at] != '-';
            isMultiline = text[at] == 'm' ? isOn : isMultiline;
            at++;
        }

        if (at >= text.Length || text[at] is not (':' or ')') || (text[at] == ')' && at == start))
        {
            throw new FormatException($"invalid or unsupported Perl syntax: `{text[(start - 2)..Math.Min(text.Length, at + 1)]}`");
        }

        made.Append('?').Append(text, start, at - start);
        if (text[at] == ')')
        {
            // Flags alone hold to the end of the group around them.
            (repeats, size, _) = groups.Pop();
        }

        made.Append(text[at++]);
    }

    private void Close()
    {
        if (groups.Count == 0)
        {
            throw new FormatException($"unexpected ): `{text}`");
        }

        lastRepeats = repeats;
        lastSize = size;
        (var outer, var sizeBefore, isMultiline) = groups.Pop();
        repeats = Math.Max(outer, lastRepeats);
        size = Math.Min(SizeMax + 1, sizeBefore + lastSize + 1);
        made.Append(text[at++]);
    }

    private void Repeat()
    {
        var start = at;
        var count = 1;
        if (text[at] == '{')
        {
            var end = text.IndexOf('}', at);
            var bounds = end < 0 ? [] : text[(at + 1)..end].Split(',');
            if (bounds.Length is not (1 or 2) || !bounds.All(static bound => bound.All(char.IsAsciiDigit)) || bounds[0].Length == 0)
            {
                Atom();
                made.Append(@"\{");
                at++;
                return;
            }

            count = bounds.Max(static bound => bound.Length == 0 ? 0 : bound.Length > 4 ? RepeatMax + 1 : int.Parse(bound, CultureInfo.InvariantCulture));
            at = end + 1;
        }
        else
        {
            at++;
        }

        if (lastRepeats == 0)
        {
            throw new FormatException($"missing argument to repetition operator: `{text[start..at]}`");
        }

        if (lastRepeats < 0)
        {
            throw new FormatException($"invalid nested repetition operator: `{text[start..at]}`");
        }

        repeats = Math.Max(repeats, Math.Max(1, count) * lastRepeats);
        if (count > RepeatMax || repeats > RepeatMax)
        {
            throw new FormatException($"invalid repeat count: `{text[start..at]}`");
        }

        size = (int)Math.Min(SizeMax + 1, size + ((long)lastSize * Math.Max(0, count - 1)));
        at += at < text.Length && text[at] == '?' ? 1 : 0;
        made.Append(text, start, at - start);
        lastRepeats = -1;
    }

    private void Class()
    {
        var start = at;
        made.Append('[');
        at++;
        if (at < text.Length && text[at] == '^')
        {
            made.Append('^');
            at++;
        }

        for (var isFirst = true; ; isFirst = false)
        {
            if (at >= text.Length)
            {
                throw new FormatException($"missing closing ]: `{text[start..]}`");
            }

            if (text[at] == ']' && !isFirst)
            {
                made.Append(text[at++]);
                return;
            }

            if (Starts("[:") && text.IndexOf(":]", at, StringComparison.Ordinal) is > 0 and var end)
            {
                var name = text[(at + 2)..end];
                made.Append(Named.TryGetValue(name, out var set) ? set : throw new FormatException($"invalid character class range: `[:{name}:]`"));
                at = end + 2;
            }
            else if (text[at] == '\\')
            {
                Escape(isInClass: true);
            }
            else
            {
                // Brackets would begin a subtraction, that only .NET has.
                made.Append(text[at] is '[' or ']' ? "\\" : "").Append(text[at++]);
            }
        }
    }

    private void Escape(bool isInClass)
    {
        var start = at++;
        if (at >= text.Length)
        {
            throw new FormatException("trailing backslash at end of expression: ``");
        }

        var c = text[at++];
        if (Classes.TryGetValue(char.ToLowerInvariant(c), out var known))
        {
            made.Append((isInClass, char.IsLower(c)) switch
            {
                (true, true) => known.Set,
                (true, false) => known.Others,
                (false, true) => $"[{known.Set}]",
                (false, false) => $"[^{known.Set}]",
            });
        }
        else if (c is 'p' or 'P')
        {
            var end = at < text.Length && text[at] == '{' ? text.IndexOf('}', at) : at;
            var name = end < 0 || at >= text.Length ? "" : text[at..(end + 1)].Trim('{', '}');
            if (name.Length is not (1 or 2))
            {
                throw new FormatException($"invalid character class range: `{text[start..]}`");
            }

            made.Append('\\').Append(c).Append('{').Append(name).Append('}');
            at = end + 1;
        }
        else if (c == 'Q' && !isInClass)
        {
            var end = text.IndexOf(@"\E", at, StringComparison.Ordinal);
            made.Append(Regex.Escape(end < 0 ? text[at..] : text[at..end]));
            at = end < 0 ? text.Length : end + 2;
        }
        else if (c == 'x')
        {
            var isLong = at < text.Length && text[at] == '{';
            var end = isLong ? text.IndexOf('}', at) : at + 2;
            if (end < 0 || end > text.Length || !int.TryParse(text.AsSpan(isLong ? at + 1 : at, end - at - (isLong ? 1 : 0)), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) || code is < 0 or > 0xFFFF)
            {
                throw new FormatException($"invalid escape sequence: `{text[start..]}`");
            }

            made.Append(CultureInfo.InvariantCulture, $"\\u{code:X4}");
            at = end + (isLong ? 1 : 0);
        }
        else if (c is 'a' or 'f' or 't' or 'n' or 'r' or 'v' || (!isInClass && c is 'A' or 'z' or 'b' or 'B'))
        {
            made.Append('\\').Append(c);
        }
        else if (!char.IsAsciiLetterOrDigit(c))
        {
            made.Append(char.IsAscii(c) ? "\\" : "").Append(c);
        }
        else
        {
            throw new FormatException($"invalid escape sequence: `{text[start..at]}`");
        }
    }

    private bool Starts(string prefix) => string.CompareOrdinal(text, at, prefix, 0, prefix.Length) == 0;
}

/// <param name="Size">How many characters and classes it is made of, repetitions written out: what matching a character may cost.</param>
internal sealed record CompiledPattern(Regex Regex, int Size);
