using System.Globalization;

namespace Navarch.Machinery.Cel.Syntax;

/// <summary>Reads the grammar of the language, level by level, and expands macros on the way.</summary>
internal sealed class Parser
{
    /// <summary>Longest expression, in UTF-16 units.</summary>
    private const int LengthMax = 100_000;

    // Whoever walks the tree recurses: this is what keeps their stacks safe.
    private const int DepthMax = 250;

    private static readonly HashSet<string> Reserved =
    [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while",
    ];

    private static readonly Dictionary<string, string> Relations = new()
    {
        ["<"] = "_<_", ["<="] = "_<=_", [">"] = "_>_", [">="] = "_>=_", ["=="] = "_==_", ["!="] = "_!=_", ["in"] = "@in",
    };

    private static readonly Dictionary<string, string> Sums = new() { ["+"] = "_+_", ["-"] = "_-_" };
    private static readonly Dictionary<string, string> Products = new() { ["*"] = "_*_", ["/"] = "_/_", ["%"] = "_%_" };

    private readonly List<Token> tokens;
    private int at;
    private int depth;

    private Parser(List<Token> tokens) => this.tokens = tokens;

    private Token Now => tokens[at];

    /// <exception cref="SyntaxException">The text is no expression, too long or nested too deep.</exception>
    public static Expr Parse(string text)
    {
        if (text.Length > LengthMax)
        {
            throw new SyntaxException(0, string.Create(CultureInfo.InvariantCulture, $"expression code point size exceeds limit: size: {text.Length}, limit {LengthMax}"));
        }

        var parser = new Parser(Lexer.Read(text));
        var expression = parser.Expression();
        return parser.Now.Kind == TokenKind.End ? expression : throw parser.Unexpected("<EOF>");
    }

    private Expr Expression()
    {
        if (++depth > DepthMax)
        {
            throw TooDeep();
        }

        var condition = Or();
        if (Now.Is("?"))
        {
            var position = Next().Position;
            var yes = Or();
            Expect(":");
            condition = Bounded(new Call(position, null, "_?_:_", [condition, yes, Expression()]));
        }

        depth--;
        return condition;
    }

    private Expr Or() => Logic("||", "_||_", () => Logic("&&", "_&&_", () => Binary(Relations, () => Binary(Sums, () => Binary(Products, Unary)))));

    // A thousand conditions in a row are a tree of ten levels: neither order nor result depends on how they are grouped.
    private Expr Logic(string symbol, string function, Func<Expr> part)
    {
        var first = part();
        if (!Now.Is(symbol))
        {
            return first;
        }

        var (parts, positions) = (new List<Expr> { first }, new List<int>());
        while (Now.Is(symbol))
        {
            positions.Add(Next().Position);
            parts.Add(part());
        }

        return Balance(0, parts.Count - 1);

        Expr Balance(int from, int to)
        {
            if (from == to)
            {
                return parts[from];
            }

            var middle = (from + to) / 2;
            return Bounded(new Call(positions[middle], null, function, [Balance(from, middle), Balance(middle + 1, to)]));
        }
    }

    private Expr Binary(Dictionary<string, string> operators, Func<Expr> part)
    {
        var left = part();
        while (Now.Kind == TokenKind.Symbol && operators.TryGetValue(Now.Text, out var function))
        {
            var position = Next().Position;
            left = Bounded(new Call(position, null, function, [left, part()]));
        }

        return left;
    }

    private Expr Unary()
    {
        if (!Now.Is("!") && (!Now.Is("-") || IsNumber(tokens[at + 1])))
        {
            return Member();
        }

        var (first, symbol) = (Now.Position, Now.Text);
        var count = 0;
        while (Now.Is(symbol) && (symbol == "!" || !IsNumber(tokens[at + 1])))
        {
            Next();
            count++;
        }

        var operand = Member();
        return count % 2 == 0 ? operand : Bounded(new Call(first, null, symbol == "!" ? "!_" : "-_", [operand]));
    }

    private static bool IsNumber(Token token) => token.Kind is TokenKind.Int or TokenKind.Double;

    private Expr Member()
    {
        var operand = Primary();
        while (true)
        {
            if (Now.Is("."))
            {
                operand = Selection(operand);
            }
            else if (Now.Is("["))
            {
                var position = Next().Position;
                var isOptional = Take("?");
                var index = Expression();
                Expect("]");
                operand = Bounded(new Call(position, null, isOptional ? "_[?_]" : "_[_]", [operand, index]));
            }
            else if (Now.Is("{") && TypeName(operand) is { } name)
            {
                operand = Bounded(Object(name));
            }
            else
            {
                return operand;
            }
        }
    }

    private Expr Selection(Expr operand)
    {
        var position = Next().Position;
        var isOptional = Take("?");
        if (Now.Kind != TokenKind.Identifier)
        {
            throw Unexpected("IDENTIFIER");
        }

        var name = Next().Text;
        if (isOptional || !Now.Is("("))
        {
            return Bounded(new Select(position, operand, name, isOptional));
        }

        var open = Next().Position;
        var arguments = Arguments(")");
        return Bounded(Macros.Expand(open, operand, name, arguments) ?? new Call(open, operand, name, arguments));
    }

    private Expr Primary()
    {
        var token = Now;
        switch (token.Kind)
        {
            case TokenKind.Literal:
                Next();
                return new Literal(token.Position, token.Value!);
            case TokenKind.Int or TokenKind.Double:
                Next();
                return Number(token, "");
            case TokenKind.Identifier:
                return Name("");
            case TokenKind.Symbol when token.Text == "-" && IsNumber(tokens[at + 1]):
                Next();
                return Number(Next(), "-");
            case TokenKind.Symbol when token.Text == "." && tokens[at + 1].Kind == TokenKind.Identifier:
                Next();
                return Name(".");
            case TokenKind.Symbol when token.Text == "(":
                Next();
                var inner = Expression();
                Expect(")");
                return inner;
            case TokenKind.Symbol when token.Text == "[":
                Next();
                return Bounded(List(token.Position));
            case TokenKind.Symbol when token.Text == "{":
                Next();
                return Bounded(Map(token.Position));
            default:
                throw Unexpected("{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}");
        }
    }

    private Expr Name(string dot)
    {
        var token = Next();
        if (Reserved.Contains(token.Text))
        {
            throw new SyntaxException(token.Position, $"reserved identifier: {token.Text}");
        }

        if (!Now.Is("("))
        {
            return new Identifier(token.Position, dot + token.Text);
        }

        var open = Next().Position;
        var arguments = Arguments(")");
        return Bounded(Macros.Expand(open, null, token.Text, arguments) ?? new Call(open, null, token.Text, arguments));
    }

    private static Literal Number(Token token, string sign)
    {
        var text = sign + token.Text;
        if (token.Kind == TokenKind.Double)
        {
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real)
                ? new Literal(token.Position, real)
                : throw new SyntaxException(token.Position, "invalid double literal");
        }

        if (token.Text.StartsWith("0x", StringComparison.Ordinal))
        {
            // Hexadecimal digits are a magnitude, never the bits of a negative number.
            return Int128.TryParse("0" + token.Text.AsSpan(2).ToString(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var magnitude)
                && token.Text.Length <= 20 && (sign.Length == 0 ? magnitude : -magnitude) is var signed && signed >= long.MinValue && signed <= long.MaxValue
                ? new Literal(token.Position, (long)signed)
                : throw new SyntaxException(token.Position, "invalid int literal");
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
            ? new Literal(token.Position, whole)
            : throw new SyntaxException(token.Position, "invalid int literal");
    }

    private List<Expr> Arguments(string close)
    {
        var arguments = new List<Expr>();
        if (Take(close))
        {
            return arguments;
        }

        do
        {
            arguments.Add(Expression());
        }
        while (Take(","));
        Expect(close);
        return arguments;
    }

    private ListOf List(int position)
    {
        var items = new List<(Expr, bool)>();
        while (!Now.Is("]"))
        {
            var isOptional = Take("?");
            items.Add((Expression(), isOptional));
            if (!Take(","))
            {
                break;
            }
        }

        Expect("]");
        return new ListOf(position, items);
    }

    private MapOf Map(int position)
    {
        var entries = new List<MapOf.Entry>();
        while (!Now.Is("}"))
        {
            var isOptional = Take("?");
            var key = Expression();
            Expect(":");
            entries.Add(new MapOf.Entry(key, Expression(), isOptional));
            if (!Take(","))
            {
                break;
            }
        }

        Expect("}");
        return new MapOf(position, entries);
    }

    private ObjectOf Object(string typeName)
    {
        var position = Next().Position;
        var fields = new List<ObjectOf.Field>();
        while (!Now.Is("}"))
        {
            var isOptional = Take("?");
            if (Now.Kind != TokenKind.Identifier)
            {
                throw Unexpected("IDENTIFIER");
            }

            var name = Next().Text;
            var colon = Now.Position;
            Expect(":");
            fields.Add(new ObjectOf.Field(colon, name, Expression(), isOptional));
            if (!Take(","))
            {
                break;
            }
        }

        Expect("}");
        return new ObjectOf(position, typeName, fields);
    }

    /// <summary>The name that a chain of plain names spells; null where it is something else.</summary>
    public static string? TypeName(Expr expression) => expression switch
    {
        Identifier identifier => identifier.Name,
        Select { IsOptional: false } select when TypeName(select.Operand) is { } name => $"{name}.{select.Field}",
        _ => null,
    };

    private static Expr Bounded(Expr expression) => expression.Depth <= DepthMax ? expression : throw TooDeep();

    private static SyntaxException TooDeep() => new(0, string.Create(CultureInfo.InvariantCulture, $"expression recursion limit exceeded: {DepthMax}"));

    private Token Next() => tokens[at++];

    private bool Take(string symbol)
    {
        if (!Now.Is(symbol))
        {
            return false;
        }

        at++;
        return true;
    }

    private void Expect(string symbol)
    {
        if (!Take(symbol))
        {
            throw Unexpected($"'{symbol}'");
        }
    }

    private SyntaxException Unexpected(string expected) => new(Now.Position, $"Syntax error: mismatched input '{Now.Text}' expecting {expected}");
}
