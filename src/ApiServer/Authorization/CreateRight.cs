using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Authorization;

/// <summary>Whether somebody whose update or apply would make an object may make it: who may change what is there may not yet.</summary>
internal static class CreateRight
{
    /// <summary>What to refuse a creation with; null where it is allowed. To be asked before the write, which may not wait.</summary>
    public static async ValueTask<StatusException?> FindRefusalAsync(IAuthorizer authorizer, UserInfo user, RequestInfo request, CancellationToken ct)
    {
        var question = request with { Verb = "create" };
        var decision = await authorizer.DecideAsync(user, question, ct);
        return decision.IsAllowed ? null : Refusal.Of(user, question, decision);
    }
}
