using System.Globalization;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Cel.Syntax;

/// <summary>Cuts an expression into tokens; comments and white space are left out.</summary>
internal sealed class Lexer(string text)
{
    private static readonly string[] LongSymbols = ["==", "!=", "<=", ">=", "&&", "||"];
    private readonly List<Token> tokens = [];
    private int at;

    /// <exception cref="SyntaxException">Something is no token.</exception>
    public static List<Token> Read(string text)
    {
        var lexer = new Lexer(text);
        while (lexer.Next())
        {
        }

        lexer.tokens.Add(new Token(TokenKind.End, text.Length, "<EOF>"));
        return lexer.tokens;
    }

    private bool Next()
    {
        Skip();
        if (at >= text.Length)
        {
            return false;
        }

        var start = at;
        var c = text[at];
        if (StringLiteral.StartsAt(text, at))
        {
            var value = StringLiteral.Read(text, ref at);
            tokens.Add(new Token(TokenKind.Literal, start, text[start..at], value));
        }
        else if (char.IsAsciiLetter(c) || c == '_')
        {
            Word();
        }
        else if (char.IsAsciiDigit(c) || (c == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])))
        {
            Number();
        }
        else
        {
            Symbol();
        }

        return true;
    }

    private void Skip()
    {
        while (at < text.Length)
        {
            if (text[at] is ' ' or '\t' or '\n' or '\r' or '\f')
            {
                at++;
            }
            else if (text[at] == '/' && at + 1 < text.Length && text[at + 1] == '/')
            {
                var end = text.IndexOf('\n', at);
                at = end < 0 ? text.Length : end;
            }
            else
            {
                return;
            }
        }
    }

    private void Word()
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_'))
        {
            at++;
        }

        var word = text[start..at];
        tokens.Add(word switch
        {
            "true" => new Token(TokenKind.Literal, start, word, true),
            "false" => new Token(TokenKind.Literal, start, word, false),
            "null" => new Token(TokenKind.Literal, start, word, JsonNull.Value),
            "in" => new Token(TokenKind.Symbol, start, word),
            _ => new Token(TokenKind.Identifier, start, word),
        });
    }

    private void Number()
    {
        var start = at;
        if (text[at] == '0' && at + 2 < text.Length && text[at + 1] == 'x' && char.IsAsciiHexDigit(text[at + 2]))
        {
            at += 2;
            Run(char.IsAsciiHexDigit);
            Whole(start);
            return;
        }

        Run(char.IsAsciiDigit);
        var isDouble = false;
        if (at + 1 < text.Length && text[at] == '.' && char.IsAsciiDigit(text[at + 1]))
        {
            isDouble = true;
            at++;
            Run(char.IsAsciiDigit);
        }

        if (at < text.Length && text[at] is 'e' or 'E')
        {
            var digits = at + 1 < text.Length && text[at + 1] is '+' or '-' ? at + 2 : at + 1;
            if (digits < text.Length && char.IsAsciiDigit(text[digits]))
            {
                isDouble = true;
                at = digits;
                Run(char.IsAsciiDigit);
            }
        }

        if (isDouble)
        {
            tokens.Add(new Token(TokenKind.Double, start, text[start..at]));
        }
        else
        {
            Whole(start);
        }
    }

    private void Whole(int start)
    {
        var digits = text[start..at];
        if (at >= text.Length || text[at] is not ('u' or 'U'))
        {
            tokens.Add(new Token(TokenKind.Int, start, digits));
            return;
        }

        at++;
        var isHex = digits.StartsWith("0x", StringComparison.Ordinal);
        if (!ulong.TryParse(isHex ? digits.AsSpan(2) : digits, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            throw new SyntaxException(start, "invalid uint literal");
        }

        tokens.Add(new Token(TokenKind.Literal, start, text[start..at], value));
    }

    private void Run(Func<char, bool> belongs)
    {
        while (at < text.Length && belongs(text[at]))
        {
            at++;
        }
    }

    private void Symbol()
    {
        foreach (var symbol in LongSymbols)
        {
            if (string.CompareOrdinal(text, at, symbol, 0, symbol.Length) == 0)
            {
                tokens.Add(new Token(TokenKind.Symbol, at, symbol));
                at += symbol.Length;
                return;
            }
        }

        if ("+-*/%<>!?:.,()[]{}".Contains(text[at]))
        {
            tokens.Add(new Token(TokenKind.Symbol, at, text[at].ToString()));
            at++;
            return;
        }

        throw new SyntaxException(at, $"Syntax error: token recognition error at: '{text[at]}'");
    }
}
