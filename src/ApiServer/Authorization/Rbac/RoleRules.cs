using Navarch.Api.Rbac.V1;
using Navarch.ApiServer.Pipeline;

namespace Navarch.ApiServer.Authorization.Rbac;

/// <summary>
/// The rules of one role, filed by the resource they are about: a question looks at those rules alone that can concern it.
/// Never changes, so that any thread may ask.
/// </summary>
internal sealed class RoleRules
{
    private const int PathLengthMax = 256; // Of "resource/subresource", on the stack.

    private readonly Dictionary<string, ResourceEntry[]> byResource = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ResourceEntry[]>.AlternateLookup<ReadOnlySpan<char>> bySpan;
    private readonly ResourceEntry[] everything;
    private readonly bool hasSubresourceWildcards;
    private readonly PathEntry[] paths;

    public RoleRules(IReadOnlyList<PolicyRule> rules)
    {
        Rules = rules;
        bySpan = byResource.GetAlternateLookup<ReadOnlySpan<char>>();
        var filed = new Dictionary<string, List<ResourceEntry>>(StringComparer.Ordinal);
        var paths = new List<PathEntry>();
        foreach (var rule in rules)
        {
            if (rule.NonResourceURLs.Count > 0)
            {
                paths.Add(new PathEntry(Names.Of(rule.Verbs), [.. rule.NonResourceURLs]));
            }

            var entry = new ResourceEntry(Names.Of(rule.Verbs), Names.Of(rule.APIGroups), [.. rule.ResourceNames]);
            foreach (var resource in rule.Resources)
            {
                (filed.TryGetValue(resource, out var list) ? list : filed[resource] = []).Add(entry);
                hasSubresourceWildcards |= resource.StartsWith("*/", StringComparison.Ordinal);
            }
        }

        foreach (var (resource, entries) in filed)
        {
            byResource[resource] = [.. entries];
        }

        everything = byResource.GetValueOrDefault(RuleMatch.All, []);
        this.paths = [.. paths];
    }

    public IReadOnlyList<PolicyRule> Rules { get; }

    public bool Allows(RequestInfo request) => request.IsResource ? AllowsResource(request) : AllowsPath(request);

    private bool AllowsResource(RequestInfo request)
    {
        if (Allows(everything, request))
        {
            return true;
        }

        if (request.Subresource.Length == 0)
        {
            return byResource.TryGetValue(request.Resource, out var found) && Allows(found, request);
        }

        var length = request.Resource.Length + 1 + request.Subresource.Length;
        Span<char> path = length <= PathLengthMax ? stackalloc char[length] : new char[length];
        request.Resource.CopyTo(path);
        path[request.Resource.Length] = '/';
        request.Subresource.CopyTo(path[(request.Resource.Length + 1)..]);
        if (bySpan.TryGetValue(path, out var entries) && Allows(entries, request))
        {
            return true;
        }

        if (!hasSubresourceWildcards)
        {
            return false;
        }

        // "*/scale" is the scale of anything.
        var tail = request.Resource.Length > 0 ? path[(request.Resource.Length - 1)..] : default;
        if (tail.Length == 0)
        {
            return false;
        }

        tail[0] = '*';
        return bySpan.TryGetValue(tail, out entries) && Allows(entries, request);
    }

    private bool AllowsPath(RequestInfo request)
    {
        foreach (var entry in paths)
        {
            if (!entry.Verbs.Has(request.Verb))
            {
                continue;
            }

            foreach (var path in entry.Paths)
            {
                if (PathPattern.Covers(path, request.Path))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool Allows(ResourceEntry[] entries, RequestInfo request)
    {
        foreach (var entry in entries)
        {
            if (entry.Verbs.Has(request.Verb) && entry.Groups.Has(request.Group)
                && (entry.ObjectNames.Length == 0 || Array.IndexOf(entry.ObjectNames, request.ObjectName) >= 0))
            {
                return true;
            }
        }

        return false;
    }

    private sealed record ResourceEntry(Names Verbs, Names Groups, string[] ObjectNames);

    private sealed record PathEntry(Names Verbs, string[] Paths);

    /// <summary>A few names, or all there are.</summary>
    private readonly struct Names
    {
        private readonly string[]? names;

        private Names(string[]? names) => this.names = names;

        public static Names Of(IReadOnlyList<string> names) => new(names.Contains(RuleMatch.All) ? null : [.. names]);

        public bool Has(string name)
        {
            if (names is null)
            {
                return true;
            }

            foreach (var one in names)
            {
                if (one == name)
                {
                    return true;
                }
            }

            return false;
        }
    }
}
