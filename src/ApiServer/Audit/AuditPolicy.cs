using System.Text.Json.Nodes;
using Navarch.ApiServer.Media;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using static Navarch.ApiServer.Media.ConfigJson;

namespace Navarch.ApiServer.Audit;

/// <summary>What of which requests is recorded (audit.k8s.io/v1 Policy). The first rule that speaks of a request decides.</summary>
internal sealed record AuditPolicy(IReadOnlyList<AuditRule> Rules, AuditStages OmitStages, bool OmitManagedFields)
{
    /// <summary>Reads a policy file, YAML or JSON.</summary>
    /// <exception cref="InvalidDataException">It is no policy; the message says where.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static AuditPolicy Load(string path) => ConfigJson.Load(path, "is not an audit policy", static yaml => Parse(yaml));

    public static AuditPolicy Parse(ReadOnlySpan<byte> yaml)
    {
        var policy = ConfigJson.Parse(yaml, "audit.k8s.io/v1", "Policy");
        RequireKnown(policy, "", "apiVersion", "kind", "metadata", "rules", "omitStages", "omitManagedFields");
        var rules = policy["rules"]?.AsArray() is { Count: > 0 } all ? all : throw new InvalidDataException("rules: at least one is required");
        var omitsManaged = Flag(policy["omitManagedFields"]) ?? false;
        return new AuditPolicy([.. rules.Select((rule, i) => AuditRule.Parse(rule, $"rules[{i}]", omitsManaged))], Stages(policy["omitStages"], "omitStages"), omitsManaged);
    }

    /// <summary>Null: nothing is recorded.</summary>
    public AuditRule? Find(UserInfo? user, RequestInfo info)
    {
        for (var i = 0; i < Rules.Count; i++)
        {
            if (Rules[i].Matches(user, info))
            {
                return Rules[i].Level == AuditLevel.None ? null : Rules[i];
            }
        }

        return null;
    }

    public bool Omits(AuditRule rule, AuditStages stage) => ((OmitStages | rule.OmitStages) & stage) != 0;

    internal static AuditStages Stages(JsonNode? node, string field) => Texts(node).Aggregate(
        AuditStages.None,
        (all, name) => Enum.TryParse<AuditStages>(name, out var stage) && stage != AuditStages.None ? all | stage : throw new InvalidDataException($"{field}: \"{name}\" is no stage"));
}
