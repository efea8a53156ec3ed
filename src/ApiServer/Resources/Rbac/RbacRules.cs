using Navarch.Api.Rbac.V1;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Rbac;

/// <summary>Rules that roles and bindings of either scope share.</summary>
internal static class RbacRules
{
    private const string Group = "rbac.authorization.k8s.io";

    public static void Policy(FieldErrors errors, IReadOnlyList<PolicyRule> rules, bool isNamespaced)
    {
        for (var i = 0; i < rules.Count; i++)
        {
            var (path, rule) = (FieldPath.Of("rules")[i], rules[i]);
            if (rule.Verbs.Count == 0)
            {
                errors.Required(path / "verbs", "verbs must contain at least one value");
            }

            if (rule.NonResourceURLs.Count > 0)
            {
                if (isNamespaced)
                {
                    errors.Invalid(path / "nonResourceURLs", RawValue.Of(rule.NonResourceURLs), "namespaced rules cannot apply to non-resource URLs");
                }

                if (rule.APIGroups.Count > 0 || rule.Resources.Count > 0 || rule.ResourceNames.Count > 0)
                {
                    errors.Invalid(path / "nonResourceURLs", RawValue.Of(rule.NonResourceURLs), "rules cannot apply to both regular resources and non-resource URLs");
                }

                continue;
            }

            if (rule.APIGroups.Count == 0)
            {
                errors.Required(path / "apiGroups", "resource rules must supply at least one api group");
            }

            if (rule.Resources.Count == 0)
            {
                errors.Required(path / "resources", "resource rules must supply at least one resource");
            }
        }
    }

    public static RoleRef Default(RoleRef role) => role.APIGroup.Length == 0 ? role with { APIGroup = Group } : role;

    public static IReadOnlyList<Subject> Default(IReadOnlyList<Subject> subjects) => PodTemplateDefaults.Each(
        subjects, static subject => subject is { APIGroup.Length: 0, Kind: "User" or "Group" } ? subject with { APIGroup = Group } : subject);

    public static void Binding(FieldErrors errors, RoleRef role, IReadOnlyList<Subject> subjects, bool isNamespaced)
    {
        var path = FieldPath.Of("roleRef");
        if (role.APIGroup != Group)
        {
            errors.NotSupported(path / "apiGroup", role.APIGroup, [Group]);
        }

        errors.OneOf(path, "kind", role.Kind, isNamespaced ? ["ClusterRole", "Role"] : ["ClusterRole"]);
        errors.RequiredPathSegment(path, "name", role.Name);
        for (var i = 0; i < subjects.Count; i++)
        {
            Subject(errors, FieldPath.Of("subjects")[i], subjects[i], isNamespaced);
        }
    }

    public static void UnchangedRole(FieldErrors errors, RoleRef role, RoleRef old)
    {
        if (role != old)
        {
            errors.Invalid("roleRef", RawValue.Of(role), "cannot change roleRef");
        }
    }

    /// <summary>Names of the subjects of one kind, as the wide columns of bindings show them.</summary>
    public static string Subjects(IReadOnlyList<Subject> subjects, string kind) => string.Join(
        ", ", subjects.Where(subject => subject.Kind == kind).Select(static subject => subject.Kind == "ServiceAccount" ? $"{subject.Namespace}/{subject.Name}" : subject.Name));

    private static void Subject(FieldErrors errors, FieldPath path, Subject subject, bool isNamespaced)
    {
        errors.RequiredText(path, "name", subject.Name);
        switch (subject.Kind)
        {
            case "ServiceAccount":
                errors.Subdomain(path, "name", subject.Name);
                if (subject.APIGroup.Length > 0)
                {
                    errors.NotSupported(path / "apiGroup", subject.APIGroup, [""]);
                }

                if (!isNamespaced && subject.Namespace.Length == 0)
                {
                    errors.Required(path / "namespace");
                }

                break;
            case "User" or "Group":
                if (subject.APIGroup != Group)
                {
                    errors.NotSupported(path / "apiGroup", subject.APIGroup, [Group]);
                }

                break;
            default:
                errors.NotSupported(path / "kind", subject.Kind, ["Group", "ServiceAccount", "User"]);
                break;
        }
    }
}
