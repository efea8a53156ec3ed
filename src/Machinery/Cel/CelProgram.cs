using Navarch.Machinery.Cel.Evaluation;

namespace Navarch.Machinery.Cel;

/// <summary>A compiled expression. Immutable: evaluated by any number of threads at once.</summary>
public sealed class CelProgram
{
    private readonly Step step;
    private readonly int slots;

    internal CelProgram(Step step, int slots, int depth, CelType result)
    {
        this.step = step;
        this.slots = slots;
        Depth = depth;
        Result = result;
    }

    /// <summary>The type that the expression has whatever its variables hold; <c>dyn</c> where only evaluation tells.</summary>
    public CelType Result { get; }

    /// <summary>How deep its parts are nested: what an evaluation needs of the stack.</summary>
    public int Depth { get; }

    /// <summary>The value, or a <see cref="CelError"/>.</summary>
    /// <param name="variables">Values in the order of the environment's variables; null for one that this evaluation does not have.</param>
    /// <exception cref="CelBudgetException">It costs more than is left.</exception>
    public object Evaluate(ReadOnlySpan<object?> variables, CelBudget budget)
    {
        var run = new CelRun(variables, slots, budget);
        return step(run);
    }
}
