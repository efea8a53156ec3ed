using Navarch.Api.FlowControl.V1;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;

namespace Navarch.ApiServer.Fairness;

/// <summary>A FlowSchema and the level it sends its requests to.</summary>
internal sealed record Flow(FlowSchema Schema, PriorityLevel Level, string LevelUid)
{
    public string Uid => Schema.Metadata.UID;

    public bool Matches(UserInfo user, RequestInfo info)
    {
        var rules = Schema.Spec.Rules;
        for (var i = 0; i < rules.Count; i++)
        {
            if (FlowRule.Matches(rules[i], user, info))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>One number for all requests that share the flow.</summary>
    public ulong HashOf(UserInfo user, RequestInfo info)
    {
        var distinguisher = Schema.Spec.DistinguisherMethod?.Type switch
        {
            FlowDistinguisherMethodType.FlowDistinguisherMethodByUserType => user.Name,
            FlowDistinguisherMethodType.FlowDistinguisherMethodByNamespaceType => info.Namespace,
            _ => "",
        };
        var hash = ((ulong)(uint)Schema.Metadata.Name.GetHashCode(StringComparison.Ordinal) << 32) | (uint)distinguisher.GetHashCode(StringComparison.Ordinal);

        // A hand is dealt from remainders: every bit has to depend on every other.
        hash = (hash ^ (hash >> 31)) * 0x9E3779B97F4A7C15;
        return hash ^ (hash >> 29);
    }
}

/// <summary>All flow schemas in the order in which they are asked, as of one state of their objects.</summary>
internal sealed record FlowPlan(Snapshot Schemas, Snapshot Configurations, IReadOnlyList<Flow> Flows, IReadOnlyList<PriorityLevel> Levels, int Pool)
{
    /// <param name="known">Levels of the plan before, by name: requests under way keep their seats.</param>
    /// <param name="seats">Of the whole server.</param>
    public static FlowPlan Build(Snapshot schemas, Snapshot configurations, IReadOnlyDictionary<string, PriorityLevel> known, int seats)
    {
        var specs = new List<PriorityLevelConfiguration>();
        for (var walk = configurations.Objects.All(); walk.MoveNext();)
        {
            specs.Add((PriorityLevelConfiguration)walk.Current.Value);
        }

        var shares = Math.Max(1, specs.Sum(Shares));
        var levels = new Dictionary<string, (PriorityLevel Level, string Uid)>(StringComparer.Ordinal);
        foreach (var spec in specs)
        {
            var level = known.GetValueOrDefault(spec.Metadata.Name) ?? new PriorityLevel(spec.Metadata.Name);
            level.Configure(spec.Spec, (int)(((long)seats * Shares(spec)) + shares - 1) / shares);
            levels.Add(spec.Metadata.Name, (level, spec.Metadata.UID));
        }

        var flows = new List<Flow>();
        for (var walk = schemas.Objects.All(); walk.MoveNext();)
        {
            var schema = (FlowSchema)walk.Current.Value;
            if (levels.TryGetValue(schema.Spec.PriorityLevelConfiguration.Name, out var found))
            {
                flows.Add(new Flow(schema, found.Level, found.Uid));
            }
        }

        flows.Sort(static (left, right) => left.Schema.Spec.MatchingPrecedence.CompareTo(right.Schema.Spec.MatchingPrecedence) is var order and not 0
            ? order
            : string.CompareOrdinal(left.Schema.Metadata.Name, right.Schema.Metadata.Name));
        return new FlowPlan(schemas, configurations, flows, [.. levels.Values.Select(static item => item.Level)], levels.Values.Sum(static item => item.Level.Nominal - item.Level.Own));
    }

    public Flow? Find(UserInfo user, RequestInfo info)
    {
        for (var i = 0; i < Flows.Count; i++)
        {
            if (Flows[i].Matches(user, info))
            {
                return Flows[i];
            }
        }

        return null;
    }

    private static int Shares(PriorityLevelConfiguration configuration) =>
        configuration.Spec.Limited?.NominalConcurrencyShares ?? configuration.Spec.Exempt?.NominalConcurrencyShares ?? 0;
}
