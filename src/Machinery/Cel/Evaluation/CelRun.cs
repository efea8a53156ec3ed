using System.Runtime.CompilerServices;

namespace Navarch.Machinery.Cel.Evaluation;

/// <summary>Computes a part of an expression.</summary>
/// <returns>A value or a <see cref="CelError"/>.</returns>
internal delegate object Step(CelRun run);

/// <summary>One evaluation of one expression: its variables and what it has cost so far.</summary>
internal sealed class CelRun
{
    private readonly CelBudget budget;
    private long left;

    public CelRun(ReadOnlySpan<object?> variables, int slots, CelBudget budget)
    {
        Slots = new object?[slots];
        variables.CopyTo(Slots);
        this.budget = budget;
        left = budget.PerExpression;
    }

    /// <summary>Values of the environment's variables, then of those of macros.</summary>
    public object?[] Slots { get; }

    /// <exception cref="CelBudgetException">Too much for this expression, or for all together.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Spend(long cost)
    {
        left -= cost;
        if (left < 0)
        {
            throw new CelBudgetException();
        }

        budget.Spend(cost);
    }

    /// <summary>Walks over so many characters or elements.</summary>
    public void Walk(long length) => Spend((length / 10) + 1);

    /// <summary>Lists may hold lists that are shared, and variables refer to variables: neither depth nor size of what comes out is that of the text.</summary>
    public static void RequireStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new CelBudgetException();
        }
    }
}
