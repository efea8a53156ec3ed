using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Authorization;

/// <summary>Asks one authorizer after the other until one decides. Members of system:masters are asked nothing.</summary>
/// <param name="current">Who is asked, as of now: a question is put to all of those there were when it came.</param>
internal sealed class AuthorizerChain(Func<IReadOnlyList<IAuthorizer>> current) : IAuthorizer
{
    public const string Masters = "system:masters";

    public AuthorizerChain(IReadOnlyList<IAuthorizer> authorizers)
        : this(() => authorizers)
    {
    }

    public ValueTask<Decision> DecideAsync(UserInfo user, RequestInfo request, CancellationToken ct)
    {
        if (user.IsIn(Masters))
        {
            return new(Decision.Allow());
        }

        var authorizers = current();

        // Nearly always everybody knows at once: nothing is allocated to find out.
        Refused? refused = null;
        for (var i = 0; i < authorizers.Count; i++)
        {
            var asked = authorizers[i].DecideAsync(user, request, ct);
            if (!asked.IsCompletedSuccessfully)
            {
                return WaitAsync(authorizers, asked, i, refused, user, request, ct);
            }

            var decision = asked.Result;
            if (decision.Verdict != Verdict.NoOpinion)
            {
                return new(decision);
            }

            Note(decision, ref refused);
        }

        return new(refused?.Decision ?? Decision.NoOpinion);
    }

    public HeldRules RulesOf(UserInfo user, string @namespace)
    {
        var all = current().Select(authorizer => authorizer.RulesOf(user, @namespace)).ToList();
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

    private static async ValueTask<Decision> WaitAsync(
        IReadOnlyList<IAuthorizer> authorizers, ValueTask<Decision> asked, int i, Refused? refused, UserInfo user, RequestInfo request, CancellationToken ct)
    {
        while (true)
        {
            var decision = await asked;
            if (decision.Verdict != Verdict.NoOpinion)
            {
                return decision;
            }

            Note(decision, ref refused);
            if (++i == authorizers.Count)
            {
                return refused?.Decision ?? Decision.NoOpinion;
            }

            asked = authorizers[i].DecideAsync(user, request, ct);
        }
    }

    private static void Note(Decision decision, ref Refused? refused)
    {
        if (decision.Reason is { Length: > 0 } reason)
        {
            (refused ??= new Refused()).Reasons.Add(reason);
        }

        if (decision.Problem is { Length: > 0 } problem)
        {
            (refused ??= new Refused()).Problems.Add(problem);
        }
    }

    /// <summary>What those said who did not decide.</summary>
    private sealed class Refused
    {
        public List<string> Reasons { get; } = [];

        public List<string> Problems { get; } = [];

        public Decision Decision => Problems.Count > 0
            ? Decision.Unanswered(Verdict.NoOpinion, Aggregate(Problems), string.Join('\n', Reasons))
            : Decision.Abstain(string.Join('\n', Reasons));
    }
}
