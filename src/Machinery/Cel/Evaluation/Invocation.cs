using Navarch.Machinery.Cel.Checking;

namespace Navarch.Machinery.Cel.Evaluation;

/// <summary>Calls of functions. Where types are known the form is chosen when the expression is compiled, else by the values.</summary>
internal static class Invocation
{
    public static Step Of(IReadOnlyList<Overload> overloads, Step[] arguments)
    {
        // Operators have one function for all their forms: it looks at the values itself.
        var function = overloads.All(overload => overload.Function == overloads[0].Function) && overloads[0].Name[0] is '_' or '!' or '-' or '@'
            ? overloads[0].Function
            : Guarded([.. overloads]);
        return arguments.Length switch
        {
            0 => run =>
            {
                run.Spend(1);
                return function([], run);
            },
            1 => run =>
            {
                run.Spend(1);
                var value = arguments[0](run);
                return value is CelError ? value : function([value], run);
            },
            2 => run =>
            {
                run.Spend(1);
                var first = arguments[0](run);
                if (first is CelError)
                {
                    return first;
                }

                var second = arguments[1](run);
                return second is CelError ? second : function([first, second], run);
            },
            _ => run =>
            {
                run.Spend(1);
                var values = new object[arguments.Length];
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = arguments[i](run);
                    if (values[i] is CelError)
                    {
                        return values[i];
                    }
                }

                return function(values, run);
            },
        };
    }

    private static CelFunction Guarded(Overload[] overloads) => (values, run) =>
    {
        foreach (var overload in overloads)
        {
            if (overload.Accepts(values))
            {
                return overload.Function(values, run);
            }
        }

        return CelError.NoSuchOverload;
    };
}
