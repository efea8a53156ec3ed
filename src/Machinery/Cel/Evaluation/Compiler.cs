using Navarch.Machinery.Cel.Checking;
using Navarch.Machinery.Cel.Syntax;

namespace Navarch.Machinery.Cel.Evaluation;

/// <summary>Turns a checked expression into functions that call each other: names are places in an array, overloads are chosen.</summary>
internal sealed class Compiler
{
    private readonly CelEnvironment environment;
    private readonly Resolution resolution;
    private readonly List<(string Name, int Slot)> locals = [];
    private int slots;

    private Compiler(CelEnvironment environment, Resolution resolution)
    {
        this.environment = environment;
        this.resolution = resolution;
        slots = environment.Count;
    }

    public static CelProgram Compile(CelEnvironment environment, Expr expression, Resolution resolution)
    {
        var compiler = new Compiler(environment, resolution);
        var step = compiler.Of(expression);
        return new CelProgram(step, compiler.slots, expression.Depth, resolution.Result);
    }

    /// <summary>Compiles with one more variable, or two, in scope.</summary>
    /// <returns>The result, and the places of the variables.</returns>
    public (T Result, int First, int Second) With<T>(string first, string? second, Func<T> compile)
    {
        // Places are not used twice, though their scopes have ended: an expression has few.
        var before = locals.Count;
        var (one, two) = (Declare(first), second is null ? -1 : Declare(second));
        var result = compile();
        locals.RemoveRange(before, locals.Count - before);
        return (result, one, two);
    }

    public Step Of(Expr expression) => expression switch
    {
        Literal literal => Constant(literal.Value is bool flag ? Values.Box(flag) : literal.Value),
        Identifier or Select when resolution.Names.TryGetValue(expression, out var name) => Declared(name),
        Identifier identifier => Local(identifier.Name),
        Select select => Fields.Select(Of(select.Operand), select.Field, select.IsOptional),
        Has has => Fields.Has(Of(has.Operand), has.Field),
        Call call => Calls(call),
        ListOf list => Literals.List([.. list.Items.Select(item => (Of(item.Value), item.IsOptional))]),
        MapOf map => Literals.Map([.. map.Entries.Select(entry => (Of(entry.Key), Of(entry.Value), entry.IsOptional))]),
        ObjectOf made => Literals.Object([.. made.Fields.Select(field => (field.Name, Of(field.Value), field.IsOptional))]),
        Loop loop => Loops.Compile(this, loop),
        OptionalMap map => Mapped(map),
        _ => throw new InvalidOperationException(expression.GetType().Name),
    };

    private static Step Constant(object value) => _ => value;

    private Step Declared(string name)
    {
        var slot = environment.FindSlot(name);
        if (slot < 0)
        {
            return Constant(new CelTypeValue(environment.FindType(name)!.Name));
        }

        var missing = new CelError($"no such attribute(s): {name}");
        return run =>
        {
            run.Spend(1);
            return run.Slots[slot] ?? missing;
        };
    }

    private Step Local(string name)
    {
        var slot = locals.FindLast(local => local.Name == name).Slot;
        return run =>
        {
            run.Spend(1);
            return run.Slots[slot]!;
        };
    }

    private int Declare(string name)
    {
        locals.Add((name, slots));
        return slots++;
    }

    private Step Calls(Call call)
    {
        var arguments = call.Arguments.Select(Of).ToArray();
        switch (call.Function)
        {
            case "_&&_":
                return Logic.And(arguments[0], arguments[1]);
            case "_||_":
                return Logic.Or(arguments[0], arguments[1]);
            case "_?_:_":
                return Logic.Choose(arguments[0], arguments[1], arguments[2]);
            case "_[_]" or "_[?_]":
                return Fields.Index(arguments[0], arguments[1], isOptional: call.Function == "_[?_]");
            default:
                var (overloads, isQualified) = resolution.Calls[call];
                if (call.Target is { } target && !isQualified)
                {
                    arguments = [Of(target), .. arguments];
                }

                return Library.Regexes.Prepared(call, arguments) ?? Invocation.Of(overloads, arguments);
        }
    }

    private Step Mapped(OptionalMap map)
    {
        var target = Of(map.Target);
        var (result, slot, _) = With(map.Variable, null, () => Of(map.Result));
        return run =>
        {
            switch (target(run))
            {
                case CelError error:
                    return error;
                case CelOptional { Value: null } none:
                    return none;
                case CelOptional { Value: { } value }:
                    run.Slots[slot] = value;
                    var made = result(run);
                    return map.IsFlat || made is CelError ? made : new CelOptional(made);
                default:
                    return CelError.NoSuchOverload;
            }
        };
    }
}
