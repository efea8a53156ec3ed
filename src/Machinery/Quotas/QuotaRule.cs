using System.Collections.Concurrent;
using Navarch.Api;
using Navarch.Api.Core.V1;

namespace Navarch.Machinery.Quotas;

/// <summary>How the objects of one kind count against the quotas of their namespace.</summary>
public abstract class QuotaRule
{
    private static readonly ConcurrentDictionary<string, QuotaRule> Counted = new(StringComparer.Ordinal);

    /// <summary>Whether an update can change how much an object uses; else only its coming and going do.</summary>
    public virtual bool ChangesByUpdate => false;

    /// <summary>Whether all objects of the kind use the same, so that knowing how many there are is enough.</summary>
    public virtual bool IsCountAlone => false;

    /// <summary>The rule of a kind; null for what no quota counts.</summary>
    public static QuotaRule? Of(ResourceType type) => type switch
    {
        { Namespaced: false } or { Plural: "events" } => null,
        { Group: "", Plural: "pods" } => PodQuotaRule.Instance,
        { Group: "", Plural: "services" } => ServiceQuotaRule.Instance,
        { Group: "", Plural: "persistentvolumeclaims" } => ClaimQuotaRule.Instance,
        { Group: "resource.k8s.io", Plural: "resourceclaims" } => DeviceClaimQuotaRule.Instance,
        _ => Counted.GetOrAdd(type.GroupResource, static (_, type) => new CountQuotaRule(type), type),
    };

    /// <summary>Whether objects of the kind can use anything of this name, such as <c>requests.cpu</c> or <c>count/jobs.batch</c>.</summary>
    public abstract bool Tracks(string name);

    /// <summary>What one object uses, by the names of quotas.</summary>
    public abstract Map<Quantity> Usage(IResource value, DateTimeOffset now);

    /// <summary>Whether such a request can raise what its object uses.</summary>
    public virtual bool IsCharged(string operation, string subresource) => operation == "CREATE" && subresource.Length == 0;

    /// <summary>What an object must say because a quota counts it and does not; null where nothing is missing.</summary>
    public virtual string? FindMissing(IEnumerable<string> names, IResource value) => null;

    /// <summary>Whether the quota is in force for the object: it counts something of the kind, and all of its scopes hold.</summary>
    public bool Matches(ResourceQuota quota, IResource value)
    {
        if (!quota.Status.Hard.Keys.Any(Tracks))
        {
            return false;
        }

        foreach (var scope in quota.Spec.Scopes)
        {
            if (!IsInScope(value, new ScopedResourceSelectorRequirement { ScopeName = scope, Operator = ScopeSelectorOperator.ScopeSelectorOpExists }))
            {
                return false;
            }
        }

        return quota.Spec.ScopeSelector is not { } selector || selector.MatchExpressions.All(expression => IsInScope(value, expression));
    }

    /// <summary>Whether the object is what the scope asks for. Kinds that know nothing of it are outside.</summary>
    public virtual bool IsInScope(IResource value, ScopedResourceSelectorRequirement scope) => false;

    /// <param name="name">What the object has of what the scope asks for; empty where it has nothing.</param>
    protected static bool Selects(ScopedResourceSelectorRequirement scope, string name) => scope.Operator switch
    {
        ScopeSelectorOperator.ScopeSelectorOpExists => name.Length > 0,
        ScopeSelectorOperator.ScopeSelectorOpDoesNotExist => name.Length == 0,
        ScopeSelectorOperator.ScopeSelectorOpIn => name.Length > 0 && scope.Values.Contains(name),
        ScopeSelectorOperator.ScopeSelectorOpNotIn => name.Length == 0 || !scope.Values.Contains(name),
        _ => false,
    };
}
