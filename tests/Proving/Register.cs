namespace Navarch.Proving;

/// <summary>What a key does that is used by one client at a time. What many see must be explainable by this.</summary>
public static class Register
{
    /// <summary>Whether an operation that found <paramref name="state"/> could have had the outcome it had.</summary>
    /// <param name="state">The value; null where there is none.</param>
    /// <param name="next">The value afterwards.</param>
    public static bool TryApply(Operation operation, string? state, out string? next)
    {
        var isExpected = operation.Verb switch
        {
            Verb.Create => state is null,
            Verb.Delete when operation.Expected is null => state is not null,
            _ => state is not null && state == operation.Expected,
        };
        next = state;
        switch (operation)
        {
            case { Verb: Verb.Read, Outcome: Outcome.Done }:
                return state is not null && state == operation.Value;
            case { Outcome: Outcome.Absent }:
                return state is null;
            case { Outcome: Outcome.Conflict }:
                return state is not null && !isExpected;
            case { Verb: Verb.Read }:
                return true;
            default:
                next = operation.Verb == Verb.Delete ? null : operation.Value;
                return isExpected;
        }
    }
}
