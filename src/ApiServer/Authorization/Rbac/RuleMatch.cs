using Navarch.Api.Rbac.V1;
using Navarch.ApiServer.Pipeline;

namespace Navarch.ApiServer.Authorization.Rbac;

/// <summary>What the rules of roles mean, with their wildcards.</summary>
internal static class RuleMatch
{
    public const string All = "*";

    /// <summary>Whether everything <paramref name="part"/> allows, <paramref name="owned"/> allows too.</summary>
    /// <param name="part">Of one verb and one thing: see <see cref="Breakdown"/>.</param>
    public static bool Covers(PolicyRule owned, PolicyRule part) =>
        HasAll(owned.Verbs, part.Verbs)
        && HasAll(owned.APIGroups, part.APIGroups)
        && part.Resources.All(resource => CoversResource(owned.Resources, resource))
        && part.NonResourceURLs.All(path => owned.NonResourceURLs.Any(one => PathPattern.Covers(one, path)))
        && (part.ResourceNames.Count == 0 ? owned.ResourceNames.Count == 0 : owned.ResourceNames.Count == 0 || part.ResourceNames.All(owned.ResourceNames.Contains));

    /// <summary>A rule as rules of one verb and one thing each, which together say the same.</summary>
    public static IEnumerable<PolicyRule> Breakdown(PolicyRule rule)
    {
        foreach (var group in rule.APIGroups)
        {
            foreach (var resource in rule.Resources)
            {
                foreach (var verb in rule.Verbs)
                {
                    if (rule.ResourceNames.Count == 0)
                    {
                        yield return new PolicyRule { APIGroups = [group], Resources = [resource], Verbs = [verb] };
                    }

                    foreach (var name in rule.ResourceNames)
                    {
                        yield return new PolicyRule { APIGroups = [group], Resources = [resource], Verbs = [verb], ResourceNames = [name] };
                    }
                }
            }
        }

        foreach (var path in rule.NonResourceURLs)
        {
            foreach (var verb in rule.Verbs)
            {
                yield return new PolicyRule { NonResourceURLs = [path], Verbs = [verb] };
            }
        }
    }

    /// <summary>Rules that differ in their verbs alone, as one. Reads better, and is what people are shown.</summary>
    public static IReadOnlyList<PolicyRule> Compact(IEnumerable<PolicyRule> rules)
    {
        var compact = new List<PolicyRule>();
        var places = new Dictionary<(string Group, string Resource, string? Name), int>();
        foreach (var rule in rules)
        {
            if (rule is not { APIGroups.Count: 1, Resources.Count: 1, ResourceNames.Count: <= 1, NonResourceURLs.Count: 0 })
            {
                compact.Add(rule);
                continue;
            }

            var key = (rule.APIGroups[0], rule.Resources[0], rule.ResourceNames.Count == 1 ? rule.ResourceNames[0] : null);
            if (places.TryGetValue(key, out var place))
            {
                compact[place] = compact[place] with { Verbs = [.. compact[place].Verbs, .. rule.Verbs] };
            }
            else
            {
                places[key] = compact.Count;
                compact.Add(rule);
            }
        }

        return compact;
    }

    private static bool HasAll(IReadOnlyList<string> owned, IReadOnlyList<string> wanted) => owned.Contains(All) || wanted.All(owned.Contains);

    private static bool CoversResource(IReadOnlyList<string> owned, string resource) =>
        owned.Contains(All) || owned.Contains(resource) || (resource.IndexOf('/') is > 0 and var slash && owned.Contains("*" + resource[slash..]));
}
