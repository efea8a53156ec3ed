using Navarch.Api.AdmissionRegistration.V1;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>One rule of a webhook, taken apart once: which requests it is about.</summary>
internal sealed class HookRule
{
    private const string All = "*";

    private readonly string[]? operations;
    private readonly string[]? groups;
    private readonly string[]? versions;
    private readonly (string Resource, string Subresource)[] resources;
    private readonly bool? isNamespaced;
    private readonly string[] names;

    /// <param name="names">Of objects that the rule is about alone; all where there are none.</param>
    public HookRule(RuleWithOperations rule, IReadOnlyList<string>? names = null)
    {
        this.names = [.. names ?? []];
        operations = OrAll(rule.Operations);
        groups = OrAll(rule.APIGroups);
        versions = OrAll(rule.APIVersions);
        resources = [.. rule.Resources.Select(static resource => resource.Split('/', 2) is [var name, var subresource] ? (name, subresource) : (resource, ""))];
        isNamespaced = rule.Scope switch { ScopeType.NamespacedScope => true, ScopeType.ClusterScope => false, _ => null };
    }

    /// <summary>A rule of a policy.</summary>
    public static HookRule Of(NamedRuleWithOperations rule) => new(
        new RuleWithOperations { Operations = rule.Operations, APIGroups = rule.APIGroups, APIVersions = rule.APIVersions, Resources = rule.Resources, Scope = rule.Scope },
        rule.ResourceNames);

    /// <param name="version">The kind in one of its versions: that of the request, or another that is as good.</param>
    public bool Matches(HookedRequest request, Kind version)
    {
        var type = version.Type;
        if ((isNamespaced is { } wanted && wanted != (type.Namespaced && request.Namespace.Length > 0))
            || !Has(names.Length == 0 ? null : names, request.Name) || !Has(operations, request.Operation) || !Has(groups, type.Group) || !Has(versions, type.Version))
        {
            return false;
        }

        foreach (var (resource, subresource) in resources)
        {
            if ((resource == All || resource == type.Plural) && (subresource == All || subresource == request.Subresource))
            {
                return true;
            }
        }

        return false;
    }

    // Null where everything matches: the asterisk stands alone, or makes the others idle.
    private static string[]? OrAll(IReadOnlyList<string> names) => names.Contains(All) ? null : [.. names];

    private static bool Has(string[]? names, string name) => names is null || Array.IndexOf(names, name) >= 0;
}
