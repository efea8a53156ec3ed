using Navarch.Api.FlowControl.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.FlowControl;

/// <summary>What the rules of a flow schema may say: subjects, verbs, resources and paths.</summary>
internal static class FlowRules
{
    private const string All = "*";

    private static readonly string[] Verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];

    public static void Validate(FieldErrors errors, FieldPath path, PolicyRulesWithSubjects rule)
    {
        if (rule.Subjects.Count == 0)
        {
            errors.Required(path / "subjects", "subjects must contain at least one value");
        }

        for (var i = 0; i < rule.Subjects.Count; i++)
        {
            Subject(errors, (path / "subjects")[i], rule.Subjects[i]);
        }

        if (rule.ResourceRules.Count == 0 && rule.NonResourceRules.Count == 0)
        {
            errors.Required(path, "at least one of resourceRules and nonResourceRules has to be non-empty");
        }

        for (var i = 0; i < rule.ResourceRules.Count; i++)
        {
            ResourceRule(errors, (path / "resourceRules")[i], rule.ResourceRules[i]);
        }

        for (var i = 0; i < rule.NonResourceRules.Count; i++)
        {
            var at = (path / "nonResourceRules")[i];
            VerbList(errors, at, rule.NonResourceRules[i].Verbs);
            Paths(errors, at / "nonResourceURLs", rule.NonResourceRules[i].NonResourceURLs);
        }
    }

    public static void ConditionTypes(FieldErrors errors, IReadOnlyList<string> types)
    {
        var path = FieldPath.Of("status") / "conditions";
        var isRepeated = Repeats.Of(types);
        for (var i = 0; i < types.Count; i++)
        {
            if (isRepeated[i])
            {
                errors.Duplicate(path[i] / "type", types[i]);
            }

            if (types[i].Length == 0)
            {
                errors.Required(path[i] / "type", "must not be empty");
            }
        }
    }

    private static void Subject(FieldErrors errors, FieldPath path, Subject subject)
    {
        (string Kind, string Field, bool IsSet)[] members =
        [
            (SubjectKind.User, "user", subject.User is not null),
            (SubjectKind.Group, "group", subject.Group is not null),
            (SubjectKind.ServiceAccount, "serviceAccount", subject.ServiceAccount is not null),
        ];
        if (!members.Any(member => member.Kind == subject.Kind))
        {
            errors.NotSupported(path / "kind", subject.Kind, members.Select(static member => member.Kind));
            return;
        }

        foreach (var (kind, field, isSet) in members)
        {
            if (kind == subject.Kind && !isSet)
            {
                errors.Required(path / field, $"{field} is required when subject kind is '{kind}'");
            }
            else if (kind != subject.Kind && isSet)
            {
                errors.Forbidden(path / field, $"{field} is forbidden when subject kind is not '{kind}'");
            }
        }

        switch (subject)
        {
            case { Kind: SubjectKind.User, User: { } user }:
                errors.RequiredText(path / "user", "name", user.Name);
                break;
            case { Kind: SubjectKind.Group, Group: { } group }:
                errors.RequiredText(path / "group", "name", group.Name);
                break;
            case { Kind: SubjectKind.ServiceAccount, ServiceAccount: { } account }:
                Account(errors, path / "serviceAccount", account);
                break;
            default:
                break;
        }
    }

    private static void Account(FieldErrors errors, FieldPath path, ServiceAccountSubject account)
    {
        if (account.Name != All)
        {
            errors.RequiredSubdomain(path, "name", account.Name);
        }

        if (account.Namespace.Length == 0)
        {
            errors.Required(path / "namespace", "must specify namespace for service account");
        }
        else
        {
            errors.InvalidIf(Names.LabelProblem(account.Namespace), path / "namespace", account.Namespace);
        }
    }

    private static void ResourceRule(FieldErrors errors, FieldPath path, ResourcePolicyRule rule)
    {
        VerbList(errors, path, rule.Verbs);
        AllAlone(errors, path / "apiGroups", rule.APIGroups, "resource rules must supply at least one api group", "api groups");
        AllAlone(errors, path / "resources", rule.Resources, "resource rules must supply at least one resource", "resources");
        var at = path / "namespaces";
        if (rule.Namespaces.Count == 0)
        {
            if (!rule.ClusterScope)
            {
                errors.Required(at, "resource rules that are not cluster scoped must supply at least one namespace");
            }
        }
        else if (rule.Namespaces.Contains(All))
        {
            AllAlone(errors, at, rule.Namespaces, "", "namespaces");
        }
        else
        {
            for (var i = 0; i < rule.Namespaces.Count; i++)
            {
                if (Names.LabelProblem(rule.Namespaces[i]) is { } problem)
                {
                    errors.Invalid(at[i], rule.Namespaces[i], "each member of this list must be '*' or a DNS-1123 label; " + problem);
                }
            }
        }
    }

    private static void VerbList(FieldErrors errors, FieldPath path, IReadOnlyList<string> verbs)
    {
        AllAlone(errors, path / "verbs", verbs, "verbs must contain at least one value", "verbs");
        if (!verbs.Contains(All) && verbs.Any(static verb => Array.IndexOf(Verbs, verb) < 0))
        {
            errors.NotSupported(path / "verbs", RawValue.Of(verbs), Verbs);
        }
    }

    private static void Paths(FieldErrors errors, FieldPath path, IReadOnlyList<string> paths)
    {
        AllAlone(errors, path, paths, "nonResourceURLs must contain at least one value", "non-resource URLs");
        if (paths.Contains(All))
        {
            return;
        }

        for (var i = 0; i < paths.Count; i++)
        {
            errors.InvalidIf(PathProblem(paths[i]), path[i], paths[i]);
        }
    }

    private static void AllAlone(FieldErrors errors, FieldPath path, IReadOnlyList<string> values, string missing, string others)
    {
        if (values.Count == 0)
        {
            errors.Required(path, missing);
        }
        else if (values.Count > 1 && values.Contains(All))
        {
            errors.Invalid(path, RawValue.Of(values), $"if '*' is present, must not specify other {others}");
        }
    }

    private static string? PathProblem(string path) =>
        path.Length == 0 ? "must not be empty"
        : path == "/" ? null
        : path[0] != '/' ? "must start with slash"
        : path.Contains(' ') ? "must not contain white-space"
        : path.Contains("//", StringComparison.Ordinal) ? "must not contain double slash"
        : path.Count(static c => c == '*') is var stars && (stars > 1 || (stars == 1 && !path.EndsWith("/*", StringComparison.Ordinal))) ? "wildcard can only do suffix matching"
        : null;
}
