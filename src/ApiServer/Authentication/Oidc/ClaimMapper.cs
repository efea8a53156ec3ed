using Navarch.Api;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Cel;
using Navarch.Machinery.Json;

namespace Navarch.ApiServer.Authentication.Oidc;

/// <summary>Says who the holder of an issuer's token is, by what the token says and nothing else: the same for as long as it is good.</summary>
internal sealed class ClaimMapper
{
    private readonly TokenIssuer issuer;
    private readonly CelProgram? userName;
    private readonly CelProgram? groups;
    private readonly CelProgram? uid;
    private readonly IReadOnlyList<(string Key, string Text, CelProgram Value)> extra;
    private readonly IReadOnlyList<(ExpressionRule Rule, CelProgram Holds)> claimRules;
    private readonly IReadOnlyList<(ExpressionRule Rule, CelProgram Holds)> userRules;

    /// <exception cref="CelException">An expression does not compile.</exception>
    public ClaimMapper(TokenIssuer issuer)
    {
        this.issuer = issuer;
        userName = Compile(issuer.UserName);
        groups = Compile(issuer.Groups);
        uid = Compile(issuer.Uid);
        extra = [.. issuer.Extra.Select(static one => (one.Key, one.Expression, ClaimExpressions.OverClaims(one.Expression)))];
        claimRules =
        [
            .. issuer.ClaimRules.Where(static rule => rule.Expression.Length > 0)
                .Select(static rule => (new ExpressionRule(rule.Expression, rule.Message), ClaimExpressions.OverClaims(rule.Expression))),
        ];
        userRules = [.. issuer.UserRules.Select(static rule => (rule, ClaimExpressions.OverUser(rule.Expression)))];
    }

    /// <summary>Null where the holder is nobody; then there is a problem.</summary>
    public UserInfo? Find(JsonWebToken token, out string problem)
    {
        try
        {
            problem = "";
            return UserOf(token);
        }
        catch (RefusedException e)
        {
            problem = e.Message;
            return null;
        }
    }

    private UserInfo UserOf(JsonWebToken token)
    {
        var (claims, budget) = (token.Claims, new CelBudget());
        var user = new UserInfo(UserName(claims, budget), Groups(token, budget)) { Uid = Uid(claims, budget), Extra = Extra(claims, budget) };
        foreach (var rule in issuer.ClaimRules.Where(static rule => rule.Claim.Length > 0))
        {
            Require(claims.FindText(rule.Claim) == rule.RequiredValue, $"the claim {rule.Claim} is not what is required");
        }

        foreach (var (rule, holds) in claimRules)
        {
            Require(rule, holds, claims, budget);
        }

        if (userRules.Count > 0)
        {
            var document = Document(user);
            foreach (var (rule, holds) in userRules)
            {
                Require(rule, holds, document, budget);
            }
        }

        return user with { Groups = [.. user.Groups, "system:authenticated"] };
    }

    private string UserName(JsonObject claims, CelBudget budget)
    {
        if (userName is not null)
        {
            var made = Evaluate(userName, issuer.UserName.Expression, claims, budget);
            return made is JsonText { Value.Length: > 0 } text ? text.Value : throw new RefusedException("the expression of the user's name makes no text, or an empty one");
        }

        var claim = issuer.UserName.Claim;
        var name = claims.FindText(claim) is { Length: > 0 } said ? said : throw new RefusedException($"the claim {claim} is no text, or an empty one");

        // An address that the issuer has not verified is somebody's claim to be somebody.
        Require(claim != "email" || claims["email_verified"] is null or JsonBoolean { Value: true }, "the address of mail is not verified");
        return issuer.UserName.Prefix + name;
    }

    private IReadOnlyList<string> Groups(JsonWebToken token, CelBudget budget) =>
        groups is not null ? Texts(groups, issuer.Groups.Expression, token.Claims, budget)
        : issuer.Groups.Claim.Length == 0 ? []
        : [.. token.Texts(issuer.Groups.Claim).Select(group => issuer.Groups.Prefix + group)];

    private string Uid(JsonObject claims, CelBudget budget)
    {
        if (uid is null && issuer.Uid.Claim.Length == 0)
        {
            return "";
        }

        var said = uid is not null ? Evaluate(uid, issuer.Uid.Expression, claims, budget) : claims[issuer.Uid.Claim];
        return said is JsonText text ? text.Value : throw new RefusedException("what the user's id is to be is no text");
    }

    private Map<IReadOnlyList<string>> Extra(JsonObject claims, CelBudget budget)
    {
        Map<IReadOnlyList<string>> all = claims.FindText("jti") is { Length: > 0 } id ? Map<IReadOnlyList<string>>.Empty.With(UserInfo.CredentialId, [$"JTI={id}"]) : [];
        foreach (var (key, text, program) in extra)
        {
            all = Texts(program, text, claims, budget) is { Count: > 0 } values ? all.With(key, values) : all;
        }

        return all;
    }

    private static CelProgram? Compile(ClaimMapping mapping) => mapping.Expression.Length == 0 ? null : ClaimExpressions.OverClaims(mapping.Expression);

    // A text or several; empty ones say nothing.
    private static IReadOnlyList<string> Texts(CelProgram program, string text, JsonObject claims, CelBudget budget)
    {
        IReadOnlyList<JsonNode> made = Evaluate(program, text, claims, budget) switch
        {
            JsonArray list => list.Items,
            JsonNull => [],
            var one => [one],
        };
        return [.. made
            .Select(item => item is JsonText said ? said.Value : throw new RefusedException($"expression '{text}': expression must return a string or a list of strings"))
            .Where(static said => said.Length > 0)];
    }

    private static JsonNode Evaluate(CelProgram program, string text, JsonNode subject, CelBudget budget) =>
        ClaimExpressions.Evaluate(program, subject, budget, out var problem)
        ?? throw new RefusedException($"expression '{text}' resulted in error: {(problem.Length > 0 ? problem : "its value is nothing that JSON can say")}");

    private static void Require(ExpressionRule rule, CelProgram holds, JsonNode subject, CelBudget budget) =>
        Require(Evaluate(holds, rule.Expression, subject, budget) is JsonBoolean { Value: true }, $"validation expression '{rule.Expression}' failed: {rule.Message}");

    private static void Require(bool holds, string problem)
    {
        if (!holds)
        {
            throw new RefusedException(problem);
        }
    }

    private static JsonObject Document(UserInfo user)
    {
        var known = new JsonObject();
        foreach (var (name, values) in user.Extra)
        {
            known[name] = List(values);
        }

        return new JsonObject { ["username"] = new JsonText(user.Name), ["uid"] = new JsonText(user.Uid), ["groups"] = List(user.Groups), ["extra"] = known };
    }

    private static JsonArray List(IReadOnlyList<string> texts) => JsonArray.Of(texts.Select(static text => new JsonText(text)));

    private sealed class RefusedException(string message) : Exception(message);
}
