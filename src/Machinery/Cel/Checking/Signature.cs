namespace Navarch.Machinery.Cel.Checking;

/// <summary>Reads a form of a function as it is written in documentation: <c>list(A).indexOf(A) -> int</c>.</summary>
internal sealed class Signature(string text)
{
    private static readonly HashSet<string> Namespaces = ["format", "ip", "jsonpatch", "optional", "sets", "strings"];

    private int at;

    public static Overload Read(string text, CelFunction function)
    {
        var arrow = text.IndexOf(" -> ", StringComparison.Ordinal);
        var open = Opening(text, arrow);
        var dot = Target(text, open);
        var parameters = new List<CelType>();
        if (dot >= 0)
        {
            parameters.Add(new Signature(text[..dot]).Type());
        }

        var end = arrow - open - 2;
        var inner = new Signature(text[(open + 1)..(arrow - 1)]);
        while (inner.at < end)
        {
            parameters.Add(inner.Type());
            inner.at += 2; // The comma and the blank.
        }

        return new Overload(text[(dot + 1)..open], dot >= 0, parameters, new Signature(text[(arrow + 4)..]).Type(), function);
    }

    // The parenthesis that the last one before the arrow closes.
    private static int Opening(string text, int arrow)
    {
        var depth = 0;
        for (var i = arrow - 1; ; i--)
        {
            depth += text[i] == ')' ? 1 : text[i] == '(' ? -1 : 0;
            if (depth == 0)
            {
                return i;
            }
        }
    }

    // A method is written behind the type of its target; a dot within a name of a function or type is none of that.
    private static int Target(string text, int open)
    {
        var dot = text.LastIndexOf('.', open);
        return dot >= 0 && !Namespaces.Contains(text[..dot]) ? dot : -1;
    }

    private CelType Type()
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '.'))
        {
            at++;
        }

        var name = text[start..at];
        var parameters = new List<CelType>();
        if (at < text.Length && text[at] == '(')
        {
            at++;
            parameters.Add(Type());
            while (text[at] == ',')
            {
                at += 2;
                parameters.Add(Type());
            }

            at++;
        }

        return name switch
        {
            "dyn" => CelType.Dyn,
            "null" => CelType.Null,
            "bool" => CelType.Bool,
            "int" => CelType.Int,
            "uint" => CelType.Uint,
            "double" => CelType.Double,
            "string" => CelType.String,
            "bytes" => CelType.Bytes,
            "timestamp" => CelType.Timestamp,
            "duration" => CelType.Duration,
            "list" => CelType.List(parameters[0]),
            "map" => CelType.Map(parameters[0], parameters[1]),
            "type" => CelType.TypeOf(parameters[0]),
            { Length: 1 } => CelType.Parameter(name),
            _ => CelType.Opaque(name, parameters),
        };
    }
}
