using Navarch.Api.Rbac.V1;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Authorization;

/// <summary>Says whether somebody may do something.</summary>
internal interface IAuthorizer
{
    ValueTask<Decision> DecideAsync(UserInfo user, RequestInfo request, CancellationToken ct);

    /// <summary>Everything somebody may do in a namespace and outside of all.</summary>
    /// <param name="namespace">Empty for what is in no namespace alone.</param>
    HeldRules RulesOf(UserInfo user, string @namespace);
}

/// <summary>What somebody may do, as far as it can be listed.</summary>
/// <param name="Problem">Why the list is not whole; empty where it is.</param>
internal sealed record HeldRules(IReadOnlyList<PolicyRule> Rules, string Problem)
{
    public static readonly HeldRules None = new([], "");
}
