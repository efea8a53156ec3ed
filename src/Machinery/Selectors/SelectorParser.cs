namespace Navarch.Machinery.Selectors;

/// <summary>Parses label selectors. One token is looked ahead; words stand where words are wanted, so <c>in</c> may be a key.</summary>
internal sealed class SelectorParser
{
    private const string Special = "=!(),><";
    private const string Blanks = " \t\r\n";

    private readonly string text;
    private int at;
    private Token token;
    private string literal = "";

    public SelectorParser(string text)
    {
        this.text = text;
        Advance();
    }

    private enum Token
    {
        End,
        Word,
        Comma,
        Not,
        Equal,
        DoubleEqual,
        NotEqual,
        Greater,
        Less,
        Open,
        Close,
        Error,
    }

    public List<LabelRequirement> Parse()
    {
        var requirements = new List<LabelRequirement>();
        while (token != Token.End)
        {
            if (token is not (Token.Word or Token.Not))
            {
                throw new SelectorException($"found '{literal}', expected: !, identifier, or 'end of string'");
            }

            requirements.Add(Wrapped(Requirement));
            if (token == Token.End)
            {
                break;
            }

            if (token != Token.Comma)
            {
                throw new SelectorException($"found '{literal}', expected: ',' or 'end of string'");
            }

            Advance();
            if (token is not (Token.Word or Token.Not))
            {
                throw new SelectorException($"found '{literal}', expected: identifier after ','");
            }
        }

        return requirements;
    }

    private static LabelRequirement Wrapped(Func<LabelRequirement> parse)
    {
        try
        {
            return parse();
        }
        catch (SelectorException e)
        {
            throw new SelectorException($"unable to parse requirement: {e.Message}");
        }
    }

    private LabelRequirement Requirement()
    {
        var isNegated = token == Token.Not;
        if (isNegated)
        {
            Advance();
        }

        if (token != Token.Word)
        {
            throw new SelectorException($"found '{literal}', expected: identifier");
        }

        var key = literal;
        Advance();
        if (isNegated || token is Token.End or Token.Comma)
        {
            return LabelRequirement.Create(key, isNegated ? LabelOperator.DoesNotExist : LabelOperator.Exists, []);
        }

        var comparison = Comparison();
        Advance();
        return LabelRequirement.Create(key, comparison, comparison is LabelOperator.In or LabelOperator.NotIn ? Set() : [Value()]);
    }

    private LabelOperator Comparison() => (token, literal) switch
    {
        (Token.Word, "in") => LabelOperator.In,
        (Token.Word, "notin") => LabelOperator.NotIn,
        (Token.Equal, _) => LabelOperator.Equal,
        (Token.DoubleEqual, _) => LabelOperator.DoubleEqual,
        (Token.NotEqual, _) => LabelOperator.NotEqual,
        (Token.Greater, _) => LabelOperator.GreaterThan,
        (Token.Less, _) => LabelOperator.LessThan,
        _ => throw new SelectorException($"found '{literal}', expected: in, notin, =, ==, !=, gt, lt"),
    };

    private string Value()
    {
        if (token is Token.End or Token.Comma)
        {
            return "";
        }

        if (token != Token.Word)
        {
            throw new SelectorException($"found '{literal}', expected: identifier");
        }

        var value = literal;
        Advance();
        return value;
    }

    private List<string> Set()
    {
        if (token != Token.Open)
        {
            throw new SelectorException($"found '{literal}' expected: '('");
        }

        var values = new List<string>();
        Advance();
        if (token == Token.Close)
        {
            Advance();
            return values;
        }

        while (true)
        {
            // (a,,b) and (a,) hold the empty value.
            if (token is Token.Comma or Token.Close)
            {
                values.Add("");
            }
            else if (token == Token.Word)
            {
                values.Add(literal);
                Advance();
            }
            else
            {
                throw new SelectorException($"found '{literal}', expected: ',', or identifier");
            }

            if (token == Token.Close)
            {
                Advance();
                return values;
            }

            if (token != Token.Comma)
            {
                throw new SelectorException($"found '{literal}', expected: ',' or ')'");
            }

            Advance();
        }
    }

    private void Advance()
    {
        while (at < text.Length && Blanks.Contains(text[at]))
        {
            at++;
        }

        var start = at;
        if (at == text.Length)
        {
            (token, literal) = (Token.End, "");
            return;
        }

        if (Special.Contains(text[at]))
        {
            at++;
            if (text[start] is '=' or '!' && at < text.Length && text[at] == '=')
            {
                at++;
            }

            literal = text[start..at];
            token = literal switch
            {
                "," => Token.Comma,
                "!" => Token.Not,
                "=" => Token.Equal,
                "==" => Token.DoubleEqual,
                "!=" => Token.NotEqual,
                ">" => Token.Greater,
                "<" => Token.Less,
                "(" => Token.Open,
                ")" => Token.Close,
                _ => Token.Error,
            };
            return;
        }

        while (at < text.Length && !Special.Contains(text[at]) && !Blanks.Contains(text[at]))
        {
            at++;
        }

        (token, literal) = (Token.Word, text[start..at]);
    }
}
