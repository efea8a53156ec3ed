using Navarch.Machinery.Cel.Checking;
using Navarch.Machinery.Cel.Evaluation;
using Navarch.Machinery.Cel.Library;
using Navarch.Machinery.Cel.Syntax;

namespace Navarch.Machinery.Cel;

/// <summary>The variables and types that expressions of one purpose may name; functions are the same everywhere.</summary>
/// <param name="variables">In the order in which their values are given to <see cref="CelProgram.Evaluate"/>.</param>
/// <param name="types">Types of objects that expressions make; null for a name that is no type.</param>
public sealed class CelEnvironment(IReadOnlyList<(string Name, CelType Type)> variables, Func<string, CelType?>? types = null)
{
    /// <exception cref="CelException">It does not compile.</exception>
    public CelProgram Compile(string expression)
    {
        var source = new CelSource(expression);
        Expr parsed;
        try
        {
            parsed = Parser.Parse(expression);
        }
        catch (SyntaxException e)
        {
            throw source.Failure([new CelProblem(e.Position, e.Message)]);
        }

        var resolution = Checker.Check(this, parsed, source);
        LiteralRules.Check(resolution, source);
        return Compiler.Compile(this, parsed, resolution);
    }

    internal CelType? FindVariable(string name)
    {
        var slot = FindSlot(name);
        return slot < 0 ? null : variables[slot].Type;
    }

    internal int FindSlot(string name)
    {
        for (var i = 0; i < variables.Count; i++)
        {
            if (variables[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }

    internal int Count => variables.Count;

    internal CelType? FindType(string name) => CelLibrary.FindType(name) ?? types?.Invoke(name);
}
