using System.Globalization;
using System.Text;

namespace Navarch.Api.Json;

/// <summary>Says what is wrong with text that is no JSON, in the words of Go's decoder, which people search for. Asked only when something is.</summary>
public static class JsonSyntax
{
    /// <summary>The first problem; null where there is none.</summary>
    /// <param name="depthMax">Nesting beyond this is a problem too.</param>
    public static string? FindProblem(ReadOnlySpan<byte> text, int depthMax = 10_000)
    {
        var scanner = new Scanner(text, depthMax);
        return scanner.Run();
    }

    private enum Expected
    {
        Value,
        ValueOrEnd,
        Name,
        NameOrEnd,
        Colon,
        CommaOrEndOfObject,
        CommaOrEndOfList,
        Nothing,
    }

    // One pass with a stack of its own: the text may be nested deeper than this thread's stack is.
    private ref struct Scanner(ReadOnlySpan<byte> text, int depthMax)
    {
        private readonly ReadOnlySpan<byte> text = text;
        private readonly Stack<bool> isObject = [];
        private int at;
        private string? problem;

        public string? Run()
        {
            var expected = Expected.Value;
            for (; at < text.Length; at++)
            {
                if (text[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
                {
                    continue;
                }

                expected = Step(expected, text[at]);
                if (problem is not null)
                {
                    return problem;
                }
            }

            return expected == Expected.Nothing ? null : End;
        }

        private const string End = "unexpected end of JSON input";

        private Expected Step(Expected expected, byte next)
        {
            switch (expected)
            {
                case Expected.Value or Expected.ValueOrEnd:
                    return next == ']' && expected == Expected.ValueOrEnd ? Close() : Value(next);
                case Expected.Name or Expected.NameOrEnd:
                    if (next == '}' && expected == Expected.NameOrEnd)
                    {
                        return Close();
                    }

                    return next == '"' ? Text(Expected.Colon) : Wrong("looking for beginning of object key string");
                case Expected.Colon:
                    return next == ':' ? Expected.Value : Wrong("after object key");
                case Expected.CommaOrEndOfObject:
                    return next == ',' ? Expected.Name : next == '}' ? Close() : Wrong("after object key:value pair");
                case Expected.CommaOrEndOfList:
                    return next == ',' ? Expected.Value : next == ']' ? Close() : Wrong("after array element");
                default:
                    return Wrong("after top-level value");
            }
        }

        private Expected Value(byte next)
        {
            switch (next)
            {
                case (byte)'{' or (byte)'[':
                    if (isObject.Count >= depthMax)
                    {
                        return Stop("exceeded max depth");
                    }

                    isObject.Push(next == '{');
                    return next == '{' ? Expected.NameOrEnd : Expected.ValueOrEnd;
                case (byte)'"':
                    return Text(After());
                case (byte)'t':
                    return Literal("true");
                case (byte)'f':
                    return Literal("false");
                case (byte)'n':
                    return Literal("null");
                case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                    return Number();
                default:
                    return Wrong("looking for beginning of value");
            }
        }

        private Expected Close()
        {
            isObject.Pop();
            return After();
        }

        private readonly Expected After() => isObject.Count == 0 ? Expected.Nothing : isObject.Peek() ? Expected.CommaOrEndOfObject : Expected.CommaOrEndOfList;

        private Expected Text(Expected then)
        {
            for (at++; at < text.Length; at++)
            {
                switch (text[at])
                {
                    case (byte)'"':
                        return then;
                    case < 0x20:
                        return Wrong("in string literal");
                    case (byte)'\\':
                        if (!Escape())
                        {
                            return Expected.Nothing;
                        }

                        break;
                }
            }

            return Stop(End);
        }

        private bool Escape()
        {
            if (++at == text.Length)
            {
                Stop(End);
            }
            else if (text[at] == 'u')
            {
                for (var digits = 0; digits < 4 && problem is null; digits++)
                {
                    if (++at == text.Length)
                    {
                        Stop(End);
                    }
                    else if (!char.IsAsciiHexDigit((char)text[at]))
                    {
                        Wrong("in \\u hexadecimal character escape");
                    }
                }
            }
            else if ("\"\\/bfnrt"u8.IndexOf(text[at]) < 0)
            {
                Wrong("in string escape code");
            }

            return problem is null;
        }

        private Expected Literal(string word)
        {
            for (var i = 1; i < word.Length; i++)
            {
                if (++at == text.Length)
                {
                    return Stop(End);
                }

                if (text[at] != word[i])
                {
                    return Wrong($"in literal {word} (expecting '{word[i]}')");
                }
            }

            return After();
        }

        private Expected Number()
        {
            if (text[at] == '-' && !Needs("in numeric literal"))
            {
                return Expected.Nothing;
            }

            if (text[at] != '0')
            {
                Digits();
            }

            if (Peek() == '.')
            {
                at++;
                if (!Needs("after decimal point in numeric literal"))
                {
                    return Expected.Nothing;
                }

                Digits();
            }

            if (Peek() is (byte)'e' or (byte)'E')
            {
                at++;
                if (Peek() is (byte)'+' or (byte)'-')
                {
                    at++;
                }

                if (!Needs("in exponent of numeric literal"))
                {
                    return Expected.Nothing;
                }

                Digits();
            }

            return After();
        }

        /// <summary>Moves to the digit that must come next.</summary>
        private bool Needs(string context)
        {
            if (++at == text.Length)
            {
                Stop(End);
            }
            else if (!char.IsAsciiDigit((char)text[at]))
            {
                Wrong(context);
            }

            return problem is null;
        }

        private void Digits()
        {
            while (char.IsAsciiDigit((char)Peek()))
            {
                at++;
            }
        }

        private readonly byte Peek() => at + 1 < text.Length ? text[at + 1] : (byte)0;

        private Expected Wrong(string context) => Stop($"invalid character {Quoted(text[at])} {context}");

        private Expected Stop(string why)
        {
            problem = why;
            return Expected.Nothing;
        }

        // Bytes are shown one by one, as the characters of Latin-1.
        private static string Quoted(byte character) => character switch
        {
            (byte)'\'' => "'\\''",
            (byte)'"' => "'\"'",
            (byte)'\\' => "'\\\\'",
            (byte)'\a' => "'\\a'",
            (byte)'\b' => "'\\b'",
            (byte)'\f' => "'\\f'",
            (byte)'\n' => "'\\n'",
            (byte)'\r' => "'\\r'",
            (byte)'\t' => "'\\t'",
            (byte)'\v' => "'\\v'",
            < 0x20 or 0x7f => $"'\\x{character.ToString("x2", CultureInfo.InvariantCulture)}'",
            < 0x80 => $"'{(char)character}'",
            < 0xa1 or 0xad => $"'\\u00{character.ToString("x2", CultureInfo.InvariantCulture)}'",
            _ => $"'{Encoding.Latin1.GetString([character])}'",
        };
    }
}
