using Navarch.Api.AdmissionRegistration.V1;
using Navarch.Machinery.Cel;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission.Expressions;

/// <summary>The conditions under which a webhook or a policy is asked about a request: all must hold.</summary>
internal sealed class Conditions
{
    private readonly Lazy<Expression[]> expressions;
    private readonly bool failsOpen;

    private Conditions(IReadOnlyList<MatchCondition> conditions, CelEnvironment environment, bool failsOpen)
    {
        expressions = new(() => [.. conditions.Select(condition => new Expression(environment, condition.Expression))]);
        this.failsOpen = failsOpen;
    }

    /// <param name="failsOpen">Where it cannot be told whether they hold, they do not.</param>
    /// <returns>Null where there are none.</returns>
    public static Conditions? Of(IReadOnlyList<MatchCondition> conditions, CelEnvironment environment, bool failsOpen) =>
        conditions.Count == 0 ? null : new Conditions(conditions, environment, failsOpen);

    /// <summary>Whether all hold. One that does not outweighs any that cannot be evaluated.</summary>
    /// <returns>The problem where that cannot be told, and must be.</returns>
    public async ValueTask<(bool Hold, string? Problem)> HoldAsync(RequestValues request, byte[]? parameters, CancellationToken ct)
    {
        var evaluation = new Evaluation(new CelBudget(CelBudget.ConditionsMax), request.Authorizer);
        var values = request.With(parameters);
        var problems = new List<string>();
        try
        {
            foreach (var expression in expressions.Value)
            {
                switch (await evaluation.RunAsync(expression, values, ct))
                {
                    case false:
                        return (false, null);
                    case CelError error:
                        problems.Add(error.Message);
                        break;
                    default:
                        break;
                }
            }
        }
        catch (CelBudgetException)
        {
            problems = [Evaluation.OutOfBudget];
        }

        return problems.Count == 0 ? (true, null)
            : failsOpen ? (false, null)
            : (false, GoText.Aggregate(problems));
    }
}
