using System.Text.Json.Nodes;
using static Navarch.ApiServer.Media.ConfigJson;

namespace Navarch.ApiServer.Admission.PodSecurity;

/// <summary>What pods are held to where their namespace says nothing, and who is held to nothing.</summary>
internal sealed record PodSecuritySettings
{
    public static readonly PodSecuritySettings None = new();

    public PodSecurityPolicy Enforce { get; init; } = PodSecurityPolicy.Privileged;

    public PodSecurityPolicy Audit { get; init; } = PodSecurityPolicy.Privileged;

    public PodSecurityPolicy Warn { get; init; } = PodSecurityPolicy.Privileged;

    public IReadOnlyList<string> Usernames { get; init; } = [];

    public IReadOnlyList<string> Namespaces { get; init; } = [];

    public IReadOnlyList<string> RuntimeClasses { get; init; } = [];

    /// <param name="field">Where in the file it is.</param>
    /// <exception cref="InvalidDataException">It cannot be understood; the message says where.</exception>
    public static PodSecuritySettings Parse(JsonObject configuration, string field)
    {
        RequireKnown(configuration, field, "apiVersion", "kind", "defaults", "exemptions");
        if (Text(configuration["kind"]) != "PodSecurityConfiguration" || !Text(configuration["apiVersion"]).StartsWith("pod-security.admission.config.k8s.io/v1", StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{field}: it must have apiVersion pod-security.admission.config.k8s.io/v1 and kind PodSecurityConfiguration");
        }

        var defaults = configuration["defaults"]?.AsObject() ?? [];
        var exemptions = configuration["exemptions"]?.AsObject() ?? [];
        RequireKnown(defaults, field + ".defaults", "enforce", "enforce-version", "audit", "audit-version", "warn", "warn-version");
        RequireKnown(exemptions, field + ".exemptions", "usernames", "namespaces", "runtimeClasses");
        return new PodSecuritySettings
        {
            Enforce = PolicyOf("enforce"),
            Audit = PolicyOf("audit"),
            Warn = PolicyOf("warn"),
            Usernames = Texts(exemptions["usernames"]),
            Namespaces = Texts(exemptions["namespaces"]),
            RuntimeClasses = Texts(exemptions["runtimeClasses"]),
        };

        PodSecurityPolicy PolicyOf(string mode)
        {
            var (level, version) = (Text(defaults[mode]), Text(defaults[mode + "-version"]));
            return PodSecurityPolicy.TryParse(level.Length > 0 ? level : "privileged", version.Length > 0 ? version : "latest", out var policy)
                ? policy
                : throw new InvalidDataException($"{field}.defaults.{mode}: \"{level}\", \"{version}\" is no level and version, such as baseline and v1.36, or restricted and latest");
        }
    }
}
