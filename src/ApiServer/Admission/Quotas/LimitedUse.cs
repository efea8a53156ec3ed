using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Machinery.Quotas;

namespace Navarch.ApiServer.Admission.Quotas;

/// <summary>Finds what a write uses although no quota counts it, of what may be used by a quota only.</summary>
internal sealed class LimitedUse(IReadOnlyList<LimitedResource> all)
{
    /// <summary>Whether anything of the kind is limited so.</summary>
    public bool IsOf(ResourceType type) => all.Any(limited => limited.Resource == type.Plural && limited.Group == type.Group);

    /// <param name="delta">What the write uses more than before.</param>
    /// <param name="matching">The quotas that are in force for it.</param>
    /// <returns>Null where every use is counted.</returns>
    public string? FindUncovered(ResourceType type, QuotaRule rule, IResource value, Map<Quantity> delta, IReadOnlyList<ResourceQuota> matching)
    {
        var limits = all.Where(limited => limited.Resource == type.Plural && limited.Group == type.Group).ToList();
        var names = delta.Keys.Where(name => limits.Exists(limited => limited.Contains.Any(part => name.Contains(part, StringComparison.Ordinal))))
            .Where(name => !matching.Any(quota => quota.Status.Hard.ContainsKey(name))).ToList();
        if (names.Count > 0)
        {
            return $"insufficient quota to consume: {string.Join(',', names.Order(StringComparer.Ordinal))}";
        }

        var scopes = limits.SelectMany(static limited => limited.Scopes).Where(scope => rule.IsInScope(value, scope) && !matching.Any(quota => HasScope(quota, scope.ScopeName))).ToList();
        return scopes.Count == 0 ? null
            : $"insufficient quota to match these scopes: [{string.Join(' ', scopes.Select(static scope => $"{{{scope.ScopeName} {scope.Operator} [{string.Join(' ', scope.Values)}]}}"))}]";
    }

    private static bool HasScope(ResourceQuota quota, string name) =>
        quota.Spec.Scopes.Contains(name) || quota.Spec.ScopeSelector?.MatchExpressions.Any(expression => expression.ScopeName == name) == true;
}
