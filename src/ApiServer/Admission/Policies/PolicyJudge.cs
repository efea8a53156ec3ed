using Navarch.ApiServer.Admission.Expressions;
using Navarch.Machinery.Cel;

namespace Navarch.ApiServer.Admission.Policies;

/// <summary>What a policy makes of a request, with one object of parameters.</summary>
internal static class PolicyJudge
{
    // Longest message that an expression may make, in UTF-16 units.
    private const int MessageMax = 5 * 1024;

    /// <param name="annotations">Takes what is to be written into the audit log.</param>
    /// <returns>What is wrong; empty where nothing is.</returns>
    public static async ValueTask<IReadOnlyList<Finding>> JudgeAsync(ValidatingPolicy policy, RequestValues request, byte[]? parameters, List<(string Key, string Value)> annotations, CancellationToken ct)
    {
        if (policy.Conditions is { } conditions)
        {
            var (hold, problem) = await conditions.HoldAsync(request, parameters, ct);
            if (!hold)
            {
                return problem is null ? [] : [new Finding(-1, problem, "")];
            }
        }

        var body = policy.Body;
        var findings = new List<Finding>();
        var evaluation = new Evaluation(new CelBudget(), request.Authorizer);
        var values = evaluation.Values(request, parameters, body.Variables);
        try
        {
            for (var i = 0; i < body.Rules.Count; i++)
            {
                var rule = body.Rules[i];
                switch (await evaluation.RunAsync(rule.Expression, values, ct))
                {
                    case true:
                        break;
                    case CelError when policy.FailsOpen:
                        break;
                    case CelError error:
                        findings.Add(new Finding(i, error.Message, ""));
                        break;
                    default:
                        findings.Add(new Finding(i, await MessageAsync(rule, evaluation, values, ct), rule.Reason));
                        break;
                }
            }

            foreach (var (key, expression) in body.Annotations)
            {
                switch (await evaluation.RunAsync(expression, values, ct))
                {
                    case string text:
                        annotations.Add(($"{policy.Name}/{key}", text));
                        break;
                    case CelError error when !policy.FailsOpen:
                        findings.Add(new Finding(-1, error.Message, ""));
                        break;
                    default:
                        break;
                }
            }
        }
        catch (CelBudgetException)
        {
            if (!policy.FailsOpen)
            {
                findings.Add(new Finding(-1, Evaluation.OutOfBudget, ""));
            }
        }

        return findings;
    }

    // A message that cannot be made, is empty, too long or of several lines is none.
    private static async ValueTask<string> MessageAsync(PolicyRule rule, Evaluation evaluation, object?[] values, CancellationToken ct)
    {
        if (rule.MessageExpression is { } expression && await evaluation.RunAsync(expression, values, ct) is string made
            && made.Trim() is { Length: > 0 and <= MessageMax } text && !text.Contains('\n'))
        {
            return text;
        }

        return rule.Message.Length > 0 ? rule.Message : "failed expression: " + rule.Expression.Text.Trim();
    }
}

/// <param name="Rule">Index of the validation; negative where it is not one that failed.</param>
/// <param name="Reason">Empty where nobody could tell whether the request is right.</param>
internal sealed record Finding(int Rule, string Message, string Reason);
