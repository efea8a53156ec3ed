using Navarch.Machinery.Cel.Syntax;

namespace Navarch.Machinery.Cel;

/// <summary>Says what an expression looks at, for rules about how expressions are written.</summary>
public static class CelReading
{
    /// <summary>Whether it names a field of a variable: <c>claims.email</c>, <c>claims.?email</c> or <c>has(claims.email)</c>.</summary>
    /// <param name="expression">One that compiles.</param>
    public static bool LooksAt(string expression, string variable, string field) => LooksAt(Parser.Parse(expression), variable, field);

    private static bool LooksAt(Expr part, string variable, string field)
    {
        var isIt = part switch
        {
            Select select => select.Field == field && Is(select.Operand),
            Has has => has.Field == field && Is(has.Operand),
            _ => false,
        };
        return isIt || Parts(part).Any(inner => LooksAt(inner, variable, field));

        bool Is(Expr operand) => operand is Identifier identifier && identifier.Name == variable;
    }

    private static IEnumerable<Expr> Parts(Expr part) => part switch
    {
        Select select => [select.Operand],
        Has has => [has.Operand],
        Call call => call.Target is null ? call.Arguments : call.Arguments.Append(call.Target),
        ListOf list => list.Items.Select(static item => item.Value),
        MapOf map => map.Entries.SelectMany(static entry => new[] { entry.Key, entry.Value }),
        ObjectOf made => made.Fields.Select(static one => one.Value),
        Loop loop => new[] { loop.Range, loop.Condition, loop.Result }.OfType<Expr>(),
        OptionalMap map => [map.Target, map.Result],
        _ => [],
    };
}
