using Navarch.Api.FlowControl.V1;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Fairness;

/// <summary>Whether a rule of a FlowSchema speaks of a request.</summary>
internal static class FlowRule
{
    private const string Any = "*";
    private const string AccountPrefix = "system:serviceaccount:";

    public static bool Matches(PolicyRulesWithSubjects rule, UserInfo user, RequestInfo info)
    {
        if (!AnySubject(rule.Subjects, user))
        {
            return false;
        }

        return info.IsResource ? AnyResource(rule.ResourceRules, info) : AnyPath(rule.NonResourceRules, info);
    }

    private static bool AnySubject(IReadOnlyList<Subject> subjects, UserInfo user)
    {
        for (var i = 0; i < subjects.Count; i++)
        {
            var subject = subjects[i];
            var isMeant = subject.Kind switch
            {
                SubjectKind.User => subject.User is { } named && (named.Name == Any || named.Name == user.Name),
                SubjectKind.Group => subject.Group is { } group && (group.Name == Any || user.IsIn(group.Name)),
                SubjectKind.ServiceAccount => subject.ServiceAccount is { } account && IsAccount(user.Name, account),
                _ => false,
            };
            if (isMeant)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsAccount(string user, ServiceAccountSubject account)
    {
        if (!user.StartsWith(AccountPrefix, StringComparison.Ordinal))
        {
            return false;
        }

        var rest = user.AsSpan(AccountPrefix.Length);
        return rest.Length > account.Namespace.Length && rest[account.Namespace.Length] == ':' && rest.StartsWith(account.Namespace)
            && (account.Name == Any || rest[(account.Namespace.Length + 1)..].SequenceEqual(account.Name));
    }

    private static bool AnyResource(IReadOnlyList<ResourcePolicyRule> rules, RequestInfo info)
    {
        for (var i = 0; i < rules.Count; i++)
        {
            var rule = rules[i];
            if (Has(rule.Verbs, info.Verb) && Has(rule.APIGroups, info.Group) && HasResource(rule.Resources, info)
                && (info.Namespace.Length == 0 ? rule.ClusterScope : Has(rule.Namespaces, info.Namespace)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool AnyPath(IReadOnlyList<NonResourcePolicyRule> rules, RequestInfo info)
    {
        for (var i = 0; i < rules.Count; i++)
        {
            if (Has(rules[i].Verbs, info.Verb) && HasPath(rules[i].NonResourceURLs, info.Path))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Has(IReadOnlyList<string> names, string name)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i] == Any || names[i] == name)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A subresource is named with its resource: <c>pods/log</c>.</summary>
    private static bool HasResource(IReadOnlyList<string> names, RequestInfo info)
    {
        for (var i = 0; i < names.Count; i++)
        {
            var name = names[i].AsSpan();
            if (name is Any
                || (info.Subresource.Length == 0
                    ? name.SequenceEqual(info.Resource)
                    : name.Length == info.Resource.Length + 1 + info.Subresource.Length && name[info.Resource.Length] == '/' && name.StartsWith(info.Resource) && name.EndsWith(info.Subresource)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasPath(IReadOnlyList<string> paths, string path)
    {
        for (var i = 0; i < paths.Count; i++)
        {
            if (PathPattern.Covers(paths[i], path))
            {
                return true;
            }
        }

        return false;
    }
}
