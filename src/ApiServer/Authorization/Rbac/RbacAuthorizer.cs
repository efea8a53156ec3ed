using Navarch.Api.Rbac.V1;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Authorization.Rbac;

/// <summary>Allows what the roles of a user and of its groups allow.</summary>
/// <remarks>
/// Runs for every request. One lookup per name the user goes by, and per role one more: nothing is allocated, and what
/// others may do is never looked at (bench/Authorization.Bench).
/// </remarks>
internal sealed class RbacAuthorizer(RbacIndex index) : IAuthorizer
{
    public ValueTask<Decision> DecideAsync(UserInfo user, RequestInfo request, CancellationToken ct)
    {
        var @namespace = request.IsResource ? request.Namespace : "";
        if (Find(index.OfUser(user.Name), @namespace, request) is { } own)
        {
            return new(Decision.Allow(own));
        }

        var groups = user.Groups;
        for (var i = 0; i < groups.Count; i++)
        {
            if (Find(index.OfGroup(groups[i]), @namespace, request) is { } shared)
            {
                return new(Decision.Allow(shared));
            }
        }

        return new(Refusal(user, @namespace));
    }

    public HeldRules RulesOf(UserInfo user, string @namespace)
    {
        var rules = new List<PolicyRule>();
        var problems = new List<string>();
        foreach (var grant in GrantsOf(user, @namespace))
        {
            if (grant.Role.Rules is { } found)
            {
                rules.AddRange(found.Rules);
            }
            else
            {
                problems.Add(grant.Role.Missing);
            }
        }

        return new HeldRules(rules, AuthorizerChain.Aggregate(problems));
    }

    private static Grant? Find(SubjectGrants? subject, string @namespace, RequestInfo request) =>
        subject is null ? null : Find(subject.Everywhere, request) ?? Find(subject.In(@namespace), request);

    private static Grant? Find(Grant[] grants, RequestInfo request)
    {
        foreach (var grant in grants)
        {
            if (grant.Role.Rules is { } rules && rules.Allows(request))
            {
                return grant;
            }
        }

        return null;
    }

    // Who is refused is told of roles that are promised and missing. Nearly always there are none.
    private Decision Refusal(UserInfo user, string @namespace)
    {
        List<string>? missing = null;
        Note(index.OfUser(user.Name), @namespace, ref missing);
        for (var i = 0; i < user.Groups.Count; i++)
        {
            Note(index.OfGroup(user.Groups[i]), @namespace, ref missing);
        }

        return missing is null ? Decision.NoOpinion : Decision.Abstain("RBAC: " + AuthorizerChain.Aggregate(missing));
    }

    private static void Note(SubjectGrants? subject, string @namespace, ref List<string>? missing)
    {
        if (subject is not null)
        {
            Note(subject.Everywhere, ref missing);
            Note(subject.In(@namespace), ref missing);
        }
    }

    private static void Note(Grant[] grants, ref List<string>? missing)
    {
        foreach (var grant in grants)
        {
            if (grant.Role.Rules is null)
            {
                (missing ??= []).Add(grant.Role.Missing);
            }
        }
    }

    private IEnumerable<Grant> GrantsOf(UserInfo user, string @namespace)
    {
        var subjects = user.Groups.Select(index.OfGroup).Prepend(index.OfUser(user.Name)).OfType<SubjectGrants>().ToList();
        return subjects.SelectMany(static subject => subject.Everywhere).Concat(subjects.SelectMany(subject => subject.In(@namespace)));
    }
}
