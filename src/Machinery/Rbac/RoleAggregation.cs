using Navarch.Api.Rbac.V1;
using Navarch.Machinery.Selectors;

namespace Navarch.Machinery.Rbac;

/// <summary>What a ClusterRole with an <c>aggregationRule</c> gathers.</summary>
public static class RoleAggregation
{
    /// <summary>
    /// The rules of the roles that <paramref name="role"/> selects, in the order of their names, none twice. A selector that
    /// is none selects nothing.
    /// </summary>
    public static IReadOnlyList<PolicyRule> Gather(ClusterRole role, IEnumerable<ClusterRole> all)
    {
        var selectors = (role.AggregationRule?.ClusterRoleSelectors ?? []).Select(Selector.Of).ToList();
        var rules = new List<PolicyRule>();
        foreach (var other in all.Where(IsSelected).OrderBy(static other => other.Metadata.Name, StringComparer.Ordinal))
        {
            rules.AddRange(other.Rules.Where(rule => !rules.Contains(rule)));
        }

        return rules;

        bool IsSelected(ClusterRole other) => other.Metadata.Name != role.Metadata.Name && selectors.Exists(selector => selector.Matches(other.Metadata.Labels));
    }
}
