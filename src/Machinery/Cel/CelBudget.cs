namespace Navarch.Machinery.Cel;

/// <summary>
/// What evaluations may cost, in the units that upstream counts in: about one for a name, a field or a call, and a tenth for a
/// character or an element that is walked over. One request shares one budget.
/// </summary>
/// <param name="total">For everything.</param>
/// <param name="perExpression">For one expression.</param>
public sealed class CelBudget(long total = CelBudget.RequestMax, long perExpression = CelBudget.ExpressionMax)
{
    /// <summary>For all expressions of a policy that one request meets.</summary>
    public const long RequestMax = 10_000_000;

    /// <summary>For the conditions that say whether a webhook or a policy is asked at all.</summary>
    public const long ConditionsMax = RequestMax / 4;

    public const long ExpressionMax = 1_000_000;

    /// <summary>Longest text and largest list that an expression may make.</summary>
    internal const int SizeMax = 4 * 1024 * 1024;

    private long left = total;

    /// <summary>Nothing is left for any expression.</summary>
    public bool IsSpent => left < 0;

    internal long PerExpression { get; } = perExpression;

    /// <exception cref="CelBudgetException">Nothing is left.</exception>
    internal void Spend(long cost)
    {
        left -= cost;
        if (left < 0)
        {
            throw new CelBudgetException();
        }
    }
}
