namespace Navarch.Machinery.Cel.Syntax;

/// <summary>Calls that are no calls: their arguments are names and parts of the expression, not values.</summary>
internal static class Macros
{
    /// <summary>The macro that a call of that name and number of arguments is; null where it is a call.</summary>
    /// <exception cref="SyntaxException">The arguments do not fit.</exception>
    public static Expr? Expand(int position, Expr? target, string name, IReadOnlyList<Expr> arguments)
    {
        return (target, name, arguments.Count) switch
        {
            (null, "has", 1) => arguments[0] is Select { IsOptional: false } select
                ? new Has(position, select.Operand, select.Field)
                : throw new SyntaxException(arguments[0].Position, "invalid argument to has() macro"),
            (null, _, _) => null,
            (_, "all", 2) => One(LoopKind.All, arguments[1], null),
            (_, "exists", 2) => One(LoopKind.Exists, arguments[1], null),
            (_, "exists_one" or "existsOne", 2) => One(LoopKind.ExistsOne, arguments[1], null),
            (_, "filter", 2) => One(LoopKind.Filter, arguments[1], null),
            (_, "map", 2) => One(LoopKind.ToList, null, arguments[1]),
            (_, "map", 3) => One(LoopKind.ToList, arguments[1], arguments[2]),
            (_, "all", 3) => Two(LoopKind.All, arguments[2], null),
            (_, "exists", 3) => Two(LoopKind.Exists, arguments[2], null),
            (_, "exists_one" or "existsOne", 3) => Two(LoopKind.ExistsOne, arguments[2], null),
            (_, "transformList", 3) => Two(LoopKind.ToList, null, arguments[2]),
            (_, "transformList", 4) => Two(LoopKind.ToList, arguments[2], arguments[3]),
            (_, "transformMap", 3) => Two(LoopKind.TransformMap, null, arguments[2]),
            (_, "transformMap", 4) => Two(LoopKind.TransformMap, arguments[2], arguments[3]),
            (_, "transformMapEntry", 3) => Two(LoopKind.TransformMapEntry, null, arguments[2]),
            (_, "transformMapEntry", 4) => Two(LoopKind.TransformMapEntry, arguments[2], arguments[3]),
            (_, "optMap", 2) => new OptionalMap(position, target, Name(arguments[0]), arguments[1], isFlat: false),
            (_, "optFlatMap", 2) => new OptionalMap(position, target, Name(arguments[0]), arguments[1], isFlat: true),
            _ => null,
        };

        Loop One(LoopKind kind, Expr? condition, Expr? result) => new(position, kind, target!, Name(arguments[0]), null, condition, result);

        Loop Two(LoopKind kind, Expr? condition, Expr? result)
        {
            var (first, second) = (Name(arguments[0]), Name(arguments[1]));
            return first != second
                ? new Loop(position, kind, target!, first, second, condition, result)
                : throw new SyntaxException(arguments[1].Position, $"duplicate variable name: {first}");
        }
    }

    private static string Name(Expr argument) => argument is Identifier { Name: var name } && name[0] != '.'
        ? name
        : throw new SyntaxException(argument.Position, "argument must be a simple name");
}
