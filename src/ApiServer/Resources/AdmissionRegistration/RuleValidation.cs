using Navarch.Api.AdmissionRegistration.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.AdmissionRegistration;

/// <summary>Which requests a webhook or a policy is asked about: the rules of its rules.</summary>
internal static class RuleValidation
{
    private const string All = "*";

    private static readonly string[] Operations = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
    private static readonly string[] Scopes = ["*", "Cluster", "Namespaced"];

    public static void Validate(FieldErrors errors, FieldPath path, RuleWithOperations rule)
    {
        if (rule.Operations.Count == 0)
        {
            errors.Required(path / "operations");
        }

        AllAlone(errors, path / "operations", rule.Operations, "operations");
        for (var i = 0; i < rule.Operations.Count; i++)
        {
            if (Array.IndexOf(Operations, rule.Operations[i]) < 0)
            {
                errors.NotSupported((path / "operations")[i], rule.Operations[i], Operations);
            }
        }

        if (rule.APIGroups.Count == 0)
        {
            errors.Required(path / "apiGroups");
        }

        AllAlone(errors, path / "apiGroups", rule.APIGroups, "API groups");
        if (rule.APIVersions.Count == 0)
        {
            errors.Required(path / "apiVersions");
        }

        AllAlone(errors, path / "apiVersions", rule.APIVersions, "API versions");
        NoneEmpty(errors, path / "apiVersions", rule.APIVersions);
        ResourceList(errors, path / "resources", rule.Resources);
        if (rule.Scope is { } scope)
        {
            errors.OneOf(path, "scope", scope, Scopes);
        }
    }

    public static void Validate(FieldErrors errors, FieldPath path, NamedRuleWithOperations rule)
    {
        var isRepeated = Repeats.Of(rule.ResourceNames);
        for (var i = 0; i < rule.ResourceNames.Count; i++)
        {
            var at = (path / "resourceNames")[i];
            errors.InvalidIf(CommonRules.PathSegmentProblem(rule.ResourceNames[i]), at, rule.ResourceNames[i]);
            if (isRepeated[i])
            {
                errors.Duplicate(at, rule.ResourceNames[i]);
            }
        }

        Validate(errors, path, new RuleWithOperations
        {
            Operations = rule.Operations,
            APIGroups = rule.APIGroups,
            APIVersions = rule.APIVersions,
            Resources = rule.Resources,
            Scope = rule.Scope,
        });
    }

    public static void Validate(FieldErrors errors, FieldPath path, MatchResources match)
    {
        errors.RequiredOneOf(path, "matchPolicy", match.MatchPolicy ?? "", ["Equivalent", "Exact"]);
        Selector("namespaceSelector", match.NamespaceSelector);
        Selector("objectSelector", match.ObjectSelector);
        for (var i = 0; i < match.ResourceRules.Count; i++)
        {
            Validate(errors, (path / "resourceRules")[i], match.ResourceRules[i]);
        }

        for (var i = 0; i < match.ExcludeResourceRules.Count; i++)
        {
            Validate(errors, (path / "excludeResourceRules")[i], match.ExcludeResourceRules[i]);
        }

        void Selector(string name, Api.Meta.V1.LabelSelector? selector)
        {
            if (selector is null)
            {
                errors.Required(path / name);
            }

            errors.Selector(path / name, selector);
        }
    }

    public static MatchResources Default(MatchResources match) => match with
    {
        MatchPolicy = match.MatchPolicy ?? MatchPolicyType.Equivalent,
        NamespaceSelector = match.NamespaceSelector ?? Api.Meta.V1.LabelSelector.Empty,
        ObjectSelector = match.ObjectSelector ?? Api.Meta.V1.LabelSelector.Empty,
        ResourceRules = Scoped(match.ResourceRules),
        ExcludeResourceRules = Scoped(match.ExcludeResourceRules),
    };

    private static IReadOnlyList<NamedRuleWithOperations> Scoped(IReadOnlyList<NamedRuleWithOperations> rules) =>
        Core.PodTemplateDefaults.Each(rules, static rule => rule.Scope is null ? rule with { Scope = ScopeType.AllScopes } : rule);

    /// <summary>Resources as <c>x</c>, <c>x/y</c>, <c>x/*</c>, <c>*/y</c>, <c>*</c> or <c>*/*</c>; what covers others stands without them.</summary>
    private static void ResourceList(FieldErrors errors, FieldPath path, IReadOnlyList<string> resources)
    {
        if (resources.Count == 0)
        {
            errors.Required(path);
        }

        var (wholeResources, wholeSubresources) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        NoneEmpty(errors, path, resources);
        for (var i = 0; i < resources.Count; i++)
        {
            var slash = resources[i].IndexOf('/');
            if (slash < 0)
            {
                continue;
            }

            var (resource, subresource) = (resources[i][..slash], resources[i][(slash + 1)..]);
            if (wholeResources.Contains(resource))
            {
                errors.Invalid(path[i], resources[i], $"if '{resource}/*' is present, must not specify {resources[i]}");
            }

            if (wholeSubresources.Contains(subresource))
            {
                errors.Invalid(path[i], resources[i], $"if '*/{subresource}' is present, must not specify {resources[i]}");
            }

            if (subresource == All)
            {
                wholeResources.Add(resource);
            }

            if (resource == All)
            {
                wholeSubresources.Add(subresource);
            }
        }

        if (resources.Count > 1 && resources.Contains("*/*"))
        {
            errors.Invalid(path, RawValue.Of(resources), "if '*/*' is present, must not specify other resources");
        }

        if (resources.Contains(All) && resources.Any(static resource => resource.Length > 0 && resource != All && !resource.Contains('/')))
        {
            errors.Invalid(path, RawValue.Of(resources), "if '*' is present, must not specify other resources without subresources");
        }
    }

    private static void NoneEmpty(FieldErrors errors, FieldPath path, IReadOnlyList<string> values)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i].Length == 0)
            {
                errors.Required(path[i]);
            }
        }
    }

    private static void AllAlone(FieldErrors errors, FieldPath path, IReadOnlyList<string> values, string others)
    {
        if (values.Count > 1 && values.Contains(All))
        {
            errors.Invalid(path, RawValue.Of(values), $"if '*' is present, must not specify other {others}");
        }
    }
}
