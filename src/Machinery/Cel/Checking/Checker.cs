using Navarch.Machinery.Cel.Library;
using Navarch.Machinery.Cel.Syntax;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Cel.Checking;

/// <summary>Finds the type of every part, and every problem on the way: a problem makes a part anything, so that one mistake is told once.</summary>
internal sealed class Checker(CelEnvironment environment)
{
    // A map whose keys and values are maps of the same type, and so on, doubles with every step.
    private const int SizeMax = 1000;

    private readonly Substitution types = new();
    private readonly Resolution resolution = new();
    private readonly List<CelProblem> problems = [];
    private readonly List<(string Name, CelType Type)> scope = [];

    // What is put into a text may be of any type.
    private readonly HashSet<Expr> mixed = [];

    public static Resolution Check(CelEnvironment environment, Expr expression, CelSource source)
    {
        var checker = new Checker(environment);
        var type = checker.Of(expression);
        if (checker.problems.Count > 0)
        {
            throw source.Failure(checker.problems);
        }

        checker.resolution.Result = checker.types.Apply(type, isFinal: true);
        return checker.resolution;
    }

    private CelType Of(Expr expression)
    {
        var type = types.Apply(TypeOf(expression));
        return type.Size <= SizeMax ? type : Problem(expression.Position, "type is too large");
    }

    private CelType TypeOf(Expr expression) => expression switch
    {
        Literal literal => OfLiteral(literal.Value),
        Identifier identifier => FindName(identifier.Name, identifier) ?? Problem(identifier.Position, $"undeclared reference to '{identifier.Name.TrimStart('.')}' (in container '')"),
        Select select => Selection(select),
        Has has => Tested(has),
        Call call => Called(call),
        ListOf list => List(list),
        MapOf map => Map(map),
        ObjectOf made => Made(made),
        Loop loop => Looped(loop),
        OptionalMap map => Mapped(map),
        _ => throw new InvalidOperationException(expression.GetType().Name),
    };

    private static CelType OfLiteral(object value) => value switch
    {
        bool => CelType.Bool,
        long => CelType.Int,
        ulong => CelType.Uint,
        double => CelType.Double,
        string => CelType.String,
        byte[] => CelType.Bytes,
        JsonNull => CelType.Null,
        _ => throw new InvalidOperationException(value.GetType().Name),
    };

    private CelType? FindName(string name, Expr expression)
    {
        if (name[0] == '.')
        {
            name = name[1..];
        }
        else if (scope.FindLast(variable => variable.Name == name) is { Type: { } local })
        {
            return local;
        }

        if (environment.FindVariable(name) is { } type)
        {
            resolution.Names[expression] = name;
            return type;
        }

        if (environment.FindType(name) is { } named)
        {
            resolution.Names[expression] = name;
            return CelType.TypeOf(named);
        }

        return null;
    }

    private CelType Selection(Select select)
    {
        if (!select.IsOptional && QualifiedName(select) is { } name && name.Contains('.') && FindName(name, select) is { } declared)
        {
            return declared;
        }

        var operand = Of(select.Operand);
        if (operand.IsOptional)
        {
            return CelType.Optional(Field(select.Position, select.Field, types.Apply(operand.Parameters[0]), mustExist: false));
        }

        var field = Field(select.Position, select.Field, operand, mustExist: true);
        return select.IsOptional ? CelType.Optional(field) : field;
    }

    private CelType Tested(Has has)
    {
        var operand = Of(has.Operand);
        Field(has.Position, has.Field, operand.IsOptional ? types.Apply(operand.Parameters[0]) : operand, mustExist: true);
        return CelType.Bool;
    }

    private CelType Field(int position, string field, CelType operand, bool mustExist)
    {
        switch (operand.Kind)
        {
            case CelKind.Map:
                return operand.Parameters[1];
            case CelKind.Object:
                return operand.FindField(field) ?? Problem(position, $"undefined field '{field}'");
            case CelKind.Parameter:
                types.TryAssign(operand, CelType.Dyn);
                return CelType.Dyn;
            case CelKind.Dyn:
                return CelType.Dyn;
            default:
                return mustExist || operand.Kind != CelKind.Opaque ? Problem(position, $"type '{operand}' does not support field selection") : CelType.Dyn;
        }
    }

    private CelType Called(Call call)
    {
        if (call.Target is null)
        {
            return Resolve(call, call.Function.TrimStart('.'), isMethod: false, [], isQualified: false);
        }

        // math.greatest(…) is a function with a dot in its name, unless there is a variable of that name.
        if (QualifiedName(call.Target) is { } prefix && CelLibrary.Find($"{prefix}.{call.Function}") is { } && scope.TrueForAll(variable => variable.Name != prefix))
        {
            return Resolve(call, $"{prefix}.{call.Function}", isMethod: false, [], isQualified: true);
        }

        return Resolve(call, call.Function, isMethod: true, [Of(call.Target)], isQualified: false);
    }

    private CelType Resolve(Call call, string name, bool isMethod, List<CelType> arguments, bool isQualified)
    {
        if (CelLibrary.Find(name) is not { } overloads)
        {
            foreach (var argument in call.Arguments)
            {
                Of(argument);
            }

            return Problem(call.Position, $"undeclared reference to '{name}' (in container '')");
        }

        if (name == "format" && call.Arguments is [ListOf values])
        {
            mixed.Add(values);
        }

        arguments.AddRange(call.Arguments.Select(Of));
        CelType? result = null;
        var chosen = new List<Overload>();
        foreach (var overload in overloads)
        {
            if (overload.IsMethod != isMethod || overload.Parameters.Count != arguments.Count)
            {
                continue;
            }

            var (parameters, ofOverload) = types.Instantiate(overload);
            if (!types.TryAssign(arguments, parameters))
            {
                continue;
            }

            chosen.Add(overload);
            var becomes = types.Apply(ofOverload);
            result = result is null || result.Is(becomes) ? becomes : CelType.Dyn;
        }

        if (result is not null)
        {
            resolution.Calls[call] = (chosen, isQualified);
            return result;
        }

        var shown = arguments.Select(type => types.Apply(type, isFinal: true).ToString()).ToList();
        return NoOverload(call.Position, name, isMethod ? $"{shown[0]}.({string.Join(", ", shown.Skip(1))})" : $"({string.Join(", ", shown)})");
    }

    private CelType List(ListOf list)
    {
        CelType? items = null;
        foreach (var (value, isOptional) in list.Items)
        {
            var type = isOptional ? Unwrapped(value) : Of(value);
            items = mixed.Contains(list) ? CelType.Dyn : Joined(items, type, value.Position);
        }

        return CelType.List(items ?? types.NewParameter());
    }

    private CelType Map(MapOf map)
    {
        CelType? keys = null;
        CelType? values = null;
        foreach (var entry in map.Entries)
        {
            keys = Joined(keys, Of(entry.Key), entry.Key.Position);
            values = Joined(values, entry.IsOptional ? Unwrapped(entry.Value) : Of(entry.Value), entry.Value.Position);
        }

        return CelType.Map(keys ?? types.NewParameter(), values ?? types.NewParameter());
    }

    // Lists and maps that are written out hold values of one type; who wants more says dyn(…).
    private CelType Joined(CelType? known, CelType type, int position)
    {
        if (known is null)
        {
            return type;
        }

        if (!types.TryAssign(type, known))
        {
            Problem(position, $"expected type '{known}' but found '{type}'");
            return known;
        }

        return type.Kind == CelKind.Dyn || known.Kind == CelKind.Null ? type : types.Apply(known);
    }

    private CelType Unwrapped(Expr expression)
    {
        var type = Of(expression);
        if (type.IsOptional)
        {
            return types.Apply(type.Parameters[0]);
        }

        return type.Kind == CelKind.Dyn ? type : Problem(expression.Position, $"expected type 'optional_type({type})' but found '{type}'");
    }

    private CelType Made(ObjectOf made)
    {
        if (environment.FindType(made.TypeName) is not { Kind: CelKind.Object } type)
        {
            foreach (var field in made.Fields)
            {
                Of(field.Value);
            }

            return Problem(made.Position, environment.FindType(made.TypeName) is null ? $"undeclared reference to '{made.TypeName}' (in container '')" : $"'{made.TypeName}' is not a message type");
        }

        foreach (var field in made.Fields)
        {
            var value = field.IsOptional ? Unwrapped(field.Value) : Of(field.Value);
            if (type.FindField(field.Name) is not { } expected)
            {
                Problem(field.Position, $"undefined field '{field.Name}'");
            }
            else if (!types.TryAssign(value, expected))
            {
                Problem(field.Position, $"expected type of field '{field.Name}' is '{expected}' but provided type is '{value}'");
            }
        }

        return type;
    }

    private CelType Looped(Loop loop)
    {
        var range = Of(loop.Range);
        var (first, second) = range.Kind switch
        {
            CelKind.List => (loop.Second is null ? range.Parameters[0] : CelType.Int, range.Parameters[0]),
            CelKind.Map => (range.Parameters[0], range.Parameters[1]),
            CelKind.Dyn => (CelType.Dyn, CelType.Dyn),
            CelKind.Parameter when types.TryAssign(range, CelType.Dyn) => (CelType.Dyn, CelType.Dyn),
            _ => (Problem(loop.Range.Position, $"expression of type '{range}' cannot be range of a comprehension (must be list, map, or dynamic)"), CelType.Dyn),
        };
        var outer = scope.Count;
        scope.Add((loop.First, first));
        if (loop.Second is { } name)
        {
            scope.Add((name, second));
        }

        var condition = loop.Condition is { } test ? Of(test) : null;
        var result = loop.Result is { } made ? Of(made) : first;
        scope.RemoveRange(outer, scope.Count - outer);
        if (condition is not null && !types.TryAssign(condition, CelType.Bool))
        {
            var list = CelType.List(types.Apply(result, isFinal: true));
            return loop.Kind switch
            {
                LoopKind.All => NoOverload(loop.Position, "_&&_", $"(bool, {condition})"),
                LoopKind.Exists => NoOverload(loop.Position, "_||_", $"(bool, {condition})"),
                LoopKind.ExistsOne => NoOverload(loop.Position, "_?_:_", $"({condition}, int, int)"),
                _ => NoOverload(loop.Position, "_?_:_", $"({condition}, {list}, {list})"),
            };
        }

        return loop.Kind switch
        {
            LoopKind.Filter or LoopKind.ToList => CelType.List(result),
            LoopKind.TransformMap => CelType.Map(range.Kind == CelKind.List ? CelType.Int : first, result),
            LoopKind.TransformMapEntry when result.Kind == CelKind.Map => result,
            LoopKind.TransformMapEntry => CelType.Map(CelType.Dyn, CelType.Dyn),
            _ => CelType.Bool,
        };
    }

    private CelType Mapped(OptionalMap map)
    {
        var target = Of(map.Target);
        if (!target.IsOptional && target.Kind != CelKind.Dyn)
        {
            return NoOverload(map.Position, "hasValue", $"{target}.()");
        }

        scope.Add((map.Variable, target.IsOptional ? types.Apply(target.Parameters[0]) : CelType.Dyn));
        var result = Of(map.Result);
        scope.RemoveAt(scope.Count - 1);
        if (!map.IsFlat)
        {
            return CelType.Optional(result);
        }

        return result.IsOptional || result.Kind == CelKind.Dyn
            ? result
            : NoOverload(map.Position, "_?_:_", $"(bool, {result}, optional_type({result}))");
    }

    // Null where the chain starts at a variable of a macro: then every dot selects.
    private string? QualifiedName(Expr expression)
    {
        var name = Parser.TypeName(expression);
        return name is not null && scope.TrueForAll(variable => !name.StartsWith(variable.Name + ".", StringComparison.Ordinal) && name != variable.Name) ? name : null;
    }

    private CelType NoOverload(int position, string function, string signature) => Problem(position, $"found no matching overload for '{function}' applied to '{signature}'");

    private CelType Problem(int position, string message)
    {
        problems.Add(new CelProblem(position, message));
        return CelType.Dyn;
    }
}
