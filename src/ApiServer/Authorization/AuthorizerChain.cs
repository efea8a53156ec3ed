using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Authorization;

/// <summary>Asks one authorizer after the other until one decides. Members of system:masters are asked nothing.</summary>
internal sealed class AuthorizerChain(IReadOnlyList<IAuthorizer> authorizers) : IAuthorizer
{
    public const string Masters = "system:masters";

    public ValueTask<Decision> DecideAsync(UserInfo user, RequestInfo request, CancellationToken ct)
    {
        if (user.IsIn(Masters))
        {
            return new(Decision.Allow());
        }

        // Nearly always everybody knows at once: nothing is allocated to find out.
        List<string>? reasons = null;
        for (var i = 0; i < authorizers.Count; i++)
        {
            var asked = authorizers[i].DecideAsync(user, request, ct);
            if (!asked.IsCompletedSuccessfully)
            {
                return WaitAsync(asked, i, reasons, user, request, ct);
            }

            var decision = asked.Result;
            if (decision.Verdict != Verdict.NoOpinion)
            {
                return new(decision);
            }

            Note(decision, ref reasons);
        }

        return new(Refusal(reasons));
    }

    public HeldRules RulesOf(UserInfo user, string @namespace)
    {
        var all = authorizers.Select(authorizer => authorizer.RulesOf(user, @namespace)).ToList();
        var problems = all.Select(static held => held.Problem).Where(static problem => problem.Length > 0).ToList();
        return new HeldRules([.. all.SelectMany(static held => held.Rules)], Aggregate(problems));
    }

    /// <summary>Several problems in one text, as upstream writes them.</summary>
    public static string Aggregate(IReadOnlyList<string> problems) => problems.Count switch
    {
        0 => "",
        1 => problems[0],
        _ => $"[{string.Join(", ", problems.Distinct(StringComparer.Ordinal))}]",
    };

    private async ValueTask<Decision> WaitAsync(ValueTask<Decision> asked, int i, List<string>? reasons, UserInfo user, RequestInfo request, CancellationToken ct)
    {
        while (true)
        {
            var decision = await asked;
            if (decision.Verdict != Verdict.NoOpinion)
            {
                return decision;
            }

            Note(decision, ref reasons);
            if (++i == authorizers.Count)
            {
                return Refusal(reasons);
            }

            asked = authorizers[i].DecideAsync(user, request, ct);
        }
    }

    private static void Note(Decision decision, ref List<string>? reasons)
    {
        if (decision.Reason is { Length: > 0 } reason)
        {
            (reasons ??= []).Add(reason);
        }
    }

    private static Decision Refusal(List<string>? reasons) => reasons is null ? Decision.NoOpinion : Decision.Abstain(string.Join('\n', reasons));
}
