using Navarch.ApiServer.Authorization;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Tokens;
using Navarch.Machinery.Cel;

namespace Navarch.ApiServer.Admission.Expressions;

/// <summary>
/// Answers what expressions ask about rights. Expressions are evaluated without waiting for anything: where the answer has to
/// be waited for the evaluation is given up, and made again when the answer is there.
/// </summary>
internal sealed class RequestAuthorizer(IAuthorizer authorizer, UserInfo user) : ICelAuthorizer
{
    private readonly Dictionary<CelAccess, CelDecision> known = [];
    private (CelAccess Access, Task<Decision> Answer)? pending;

    /// <exception cref="PendingException">The answer is on its way.</exception>
    public CelDecision Decide(CelAccess access)
    {
        if (known.TryGetValue(access, out var decision))
        {
            return decision;
        }

        var asked = authorizer.DecideAsync(access.ServiceAccount is { } account ? Account(account.Namespace, account.Name) : user, Question(access), CancellationToken.None);
        if (!asked.IsCompletedSuccessfully)
        {
            pending = (access, asked.AsTask());
            throw new PendingException();
        }

        return known[access] = Of(asked.GetAwaiter().GetResult());
    }

    /// <summary>Waits for the answer that an evaluation was given up for.</summary>
    public async ValueTask WaitAsync(CancellationToken ct)
    {
        var (access, answer) = pending!.Value;
        pending = null;
        known[access] = Of(await answer.WaitAsync(ct));
    }

    private static CelDecision Of(Decision decision) => new(decision.IsAllowed, decision.Reason, decision.Problem);

    private static UserInfo Account(string @namespace, string name) => new(ServiceAccountTokens.UserName(@namespace, name), ServiceAccountTokens.GroupsOf(@namespace));

    private static RequestInfo Question(CelAccess access) => access.Path is { } path
        ? new RequestInfo { Path = path, Verb = access.Verb }
        : new RequestInfo
        {
            IsResource = true,
            Path = "",
            Verb = access.Verb,
            Group = access.Group,
            Version = "*",
            Namespace = access.Namespace,
            Resource = access.Resource,
            Subresource = access.Subresource,
            Name = access.Name,
        }.Selecting(access.FieldSelector, access.LabelSelector);

    public sealed class PendingException : Exception;
}
