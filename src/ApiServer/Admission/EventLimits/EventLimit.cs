using System.Text.Json.Nodes;
using static Navarch.ApiServer.Media.ConfigJson;

namespace Navarch.ApiServer.Admission.EventLimits;

/// <summary>How many events may be written (eventratelimit.admission.k8s.io/v1alpha1 Configuration).</summary>
/// <param name="Type">Of whom the events are counted together: Server, Namespace, User or SourceAndObject.</param>
/// <param name="PerSecond">In the long run.</param>
/// <param name="Burst">At once, after a silence.</param>
/// <param name="CacheSize">How many are counted; who was not heard of for longest is forgotten, and begins anew.</param>
internal sealed record EventLimit(string Type, int PerSecond, int Burst, int CacheSize)
{
    private const int CacheSizeDefault = 4096;

    private static readonly string[] Types = ["Server", "Namespace", "User", "SourceAndObject"];

    /// <param name="field">Where in the file it is.</param>
    /// <exception cref="InvalidDataException">It cannot be understood; the message says where.</exception>
    public static IReadOnlyList<EventLimit> ParseAll(JsonObject configuration, string field)
    {
        RequireKnown(configuration, field, "apiVersion", "kind", "limits");
        RequireType(configuration, field, "eventratelimit.admission.k8s.io/v1alpha1", "Configuration");
        var limits = Objects(configuration, field, "limits").Select(static limit => Parse(limit.Value, limit.Field)).ToList();
        return limits.Count > 0 ? limits : throw new InvalidDataException($"{field}.limits: must not be empty");
    }

    private static EventLimit Parse(JsonObject limit, string field)
    {
        RequireKnown(limit, field, "type", "qps", "burst", "cacheSize");
        var type = Text(limit["type"]);
        return new EventLimit(
            Types.Contains(type) ? type : throw new InvalidDataException($"{field}.type: \"{type}\" is none of {string.Join(", ", Types)}"),
            Number(limit, "qps", field, 1, 0),
            Number(limit, "burst", field, 1, 0),
            Number(limit, "cacheSize", field, 0, 0) is > 0 and var size ? size : CacheSizeDefault);
    }

    private static int Number(JsonObject limit, string name, string field, int least, int absent) => (limit[name] is { } node ? (int)node : absent) is var number && number >= least
        ? number
        : throw new InvalidDataException($"{field}.{name}: must be at least {least}");
}
