using Navarch.Machinery.Cel.Syntax;

namespace Navarch.Machinery.Cel.Checking;

/// <summary>What the checker found out about the parts of an expression.</summary>
internal sealed class Resolution
{
    /// <summary>Chains of names that are one declared name: a variable or a type.</summary>
    public Dictionary<Expr, string> Names { get; } = [];

    /// <summary>The forms of a function that a call may mean, and whether its target is part of the function's name.</summary>
    public Dictionary<Expr, (IReadOnlyList<Overload> Overloads, bool IsQualified)> Calls { get; } = [];

    public CelType Result { get; set; } = CelType.Dyn;
}
