using Navarch.Machinery.Cel.Evaluation;

namespace Navarch.Machinery.Cel.Checking;

/// <summary>Computes a call. Arguments are values, never errors; an error may be returned.</summary>
internal delegate object CelFunction(ReadOnlySpan<object> arguments, CelRun run);

/// <summary>One form of a function: types of arguments (the target of a method first) and of the result, and what it does.</summary>
internal sealed record Overload(string Name, bool IsMethod, IReadOnlyList<CelType> Parameters, CelType Result, CelFunction Function)
{
    /// <summary>The values have the types of the parameters, as far as those are known.</summary>
    public bool Accepts(ReadOnlySpan<object> arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            if (!Values.IsOf(arguments[i], Parameters[i]))
            {
                return false;
            }
        }

        return true;
    }
}
