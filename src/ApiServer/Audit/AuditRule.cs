using System.Text.Json.Nodes;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using static Navarch.ApiServer.Media.ConfigJson;

namespace Navarch.ApiServer.Audit;

/// <summary>One rule of a policy. What it does not name, it does not ask for.</summary>
internal sealed record AuditRule(AuditLevel Level)
{
    public IReadOnlyList<string> Users { get; private init; } = [];

    public IReadOnlyList<string> UserGroups { get; private init; } = [];

    public IReadOnlyList<string> Verbs { get; private init; } = [];

    public IReadOnlyList<AuditResources> Resources { get; private init; } = [];

    public IReadOnlyList<string> Namespaces { get; private init; } = [];

    public IReadOnlyList<string> NonResourceUrls { get; private init; } = [];

    public AuditStages OmitStages { get; private init; }

    public bool OmitManagedFields { get; private init; }

    /// <exception cref="InvalidDataException">It is no rule.</exception>
    public static AuditRule Parse(JsonNode? node, string field, bool omitsManaged)
    {
        var rule = node as JsonObject ?? throw new InvalidDataException($"{field}: must be an object");
        RequireKnown(rule, field, "level", "users", "userGroups", "verbs", "resources", "namespaces", "nonResourceURLs", "omitStages", "omitManagedFields");
        var level = Text(rule["level"]);
        var parsed = new AuditRule(Enum.TryParse<AuditLevel>(level, out var known) && Enum.IsDefined(known)
            ? known
            : throw new InvalidDataException($"{field}.level: \"{level}\" is none of None, Metadata, Request, RequestResponse"))
        {
            Users = Texts(rule["users"]),
            UserGroups = Texts(rule["userGroups"]),
            Verbs = Texts(rule["verbs"]),
            Resources = rule["resources"] is null ? [] : [.. rule["resources"]!.AsArray().Select((item, i) => AuditResources.Parse(item, $"{field}.resources[{i}]"))],
            Namespaces = Texts(rule["namespaces"]),
            NonResourceUrls = Texts(rule["nonResourceURLs"]),
            OmitStages = AuditPolicy.Stages(rule["omitStages"], field + ".omitStages"),
            OmitManagedFields = Flag(rule["omitManagedFields"]) ?? omitsManaged,
        };
        return parsed.NonResourceUrls.Count > 0 && parsed.Resources.Count + parsed.Namespaces.Count > 0
            ? throw new InvalidDataException($"{field}.nonResourceURLs: rules cannot apply to both regular resources and non-resource URLs")
            : parsed;
    }

    public bool Matches(UserInfo? user, RequestInfo info)
    {
        if ((Users.Count > 0 && (user is null || !Users.Contains(user.Name)))
            || (UserGroups.Count > 0 && (user is null || !UserGroups.Any(user.IsIn)))
            || (Verbs.Count > 0 && !Verbs.Contains(info.Verb)))
        {
            return false;
        }

        if (Resources.Count + Namespaces.Count > 0)
        {
            // An empty name among the namespaces means what lies in none.
            return info.IsResource
                && (Namespaces.Count == 0 || Namespaces.Contains(info.Namespace))
                && (Resources.Count == 0 || Resources.Any(resources => resources.Match(info)));
        }

        return NonResourceUrls.Count == 0 || (!info.IsResource && NonResourceUrls.Any(url => PathPattern.Covers(url, info.Path)));
    }
}

/// <summary>Resources of one group.</summary>
/// <param name="Names">Resources, <c>RESOURCE/SUBRESOURCE</c>, <c>*/SUBRESOURCE</c>, <c>RESOURCE/*</c> or <c>*</c>; none for all.</param>
internal sealed record AuditResources(string Group, IReadOnlyList<string> Names, IReadOnlyList<string> ResourceNames)
{
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static AuditResources Parse(JsonNode? node, string field)
    {
        var value = node as JsonObject ?? throw new InvalidDataException($"{field}: must be an object");
        RequireKnown(value, field, "group", "resources", "resourceNames");
        var parsed = new AuditResources(Text(value["group"]), Texts(value["resources"]), Texts(value["resourceNames"]));
        return parsed.ResourceNames.Count > 0 && parsed.Names.Count == 0
            ? throw new InvalidDataException($"{field}.resourceNames: using resourceNames requires at least one resource")
            : parsed;
    }

    public bool Match(RequestInfo info)
    {
        if (Group != "*" && Group != info.Group)
        {
            return false;
        }

        if (Names.Count == 0)
        {
            return true;
        }

        return (ResourceNames.Count == 0 || ResourceNames.Contains(info.Name)) && Names.Any(name => IsNamed(name, info));
    }

    private static bool IsNamed(string name, RequestInfo info)
    {
        if (name == "*")
        {
            return true;
        }

        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var (resource, subresource) = slash < 0 ? (name, "") : (name[..slash], name[(slash + 1)..]);
        return (resource == info.Resource || (resource == "*" && slash > 0)) && (subresource == info.Subresource || (subresource == "*" && slash > 0));
    }
}
