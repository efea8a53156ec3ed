using Navarch.Api.Rbac.V1;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Authorization;

/// <summary>Says the same to everybody about everything.</summary>
internal sealed class SameForAll(Decision decision, HeldRules rules) : IAuthorizer
{
    public static SameForAll Allowing { get; } = new(
        Decision.Allow(),
        new HeldRules([new PolicyRule { Verbs = ["*"], APIGroups = ["*"], Resources = ["*"] }, new PolicyRule { Verbs = ["*"], NonResourceURLs = ["*"] }], ""));

    public static SameForAll Denying { get; } = new(Decision.Abstain("Everything is forbidden."), HeldRules.None);

    public ValueTask<Decision> DecideAsync(UserInfo user, RequestInfo request, CancellationToken ct) => new(decision);

    public HeldRules RulesOf(UserInfo user, string @namespace) => rules;
}
