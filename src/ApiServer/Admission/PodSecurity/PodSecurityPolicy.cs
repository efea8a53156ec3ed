using System.Globalization;
using Navarch.Api;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission.PodSecurity;

/// <summary>How much a pod may reach beyond itself, from everything to nearly nothing.</summary>
internal enum SecurityLevel
{
    Privileged,
    Baseline,
    Restricted,
}

/// <summary>A level as it was understood in one version of Kubernetes.</summary>
/// <param name="Minor">Of version 1; <see cref="Latest"/> for whatever is newest.</param>
internal readonly record struct PodSecurityPolicy(SecurityLevel Level, int Minor)
{
    public const int Latest = int.MaxValue;

    private const string Prefix = "pod-security.kubernetes.io/";

    public static readonly PodSecurityPolicy Privileged = new(SecurityLevel.Privileged, Latest);

    /// <summary>What the labels of a namespace say for one mode: <c>enforce</c>, <c>audit</c> or <c>warn</c>.</summary>
    /// <param name="unsaid">What they mean where they say nothing.</param>
    /// <remarks>What cannot be read forbids where it enforces, and says nothing elsewhere.</remarks>
    public static PodSecurityPolicy Of(Map<string> labels, string mode, PodSecurityPolicy unsaid)
    {
        if (!labels.Any(static label => label.Key.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            return unsaid; // Most namespaces, on the way of every pod.
        }

        var (level, minor) = unsaid;
        if (labels.TryGetValue(Prefix + mode, out var name) && !TryParseLevel(name, out level))
        {
            level = mode == "enforce" ? SecurityLevel.Restricted : SecurityLevel.Privileged;
        }

        if (labels.TryGetValue($"{Prefix}{mode}-version", out var version) && !TryParseVersion(version, out minor))
        {
            minor = Latest;
        }

        return new PodSecurityPolicy(level, minor);
    }

    public static bool TryParse(string level, string version, out PodSecurityPolicy policy)
    {
        var isKnown = TryParseLevel(level, out var parsed) & TryParseVersion(version, out var minor);
        policy = new PodSecurityPolicy(parsed, minor);
        return isKnown;
    }

    /// <summary>Says which labels of a namespace cannot be read.</summary>
    public static void Validate(Map<string> labels, FieldErrors errors)
    {
        var path = FieldPath.Of("metadata") / "labels";
        foreach (var mode in (string[])["enforce", "audit", "warn"])
        {
            var (level, version) = (Prefix + mode, $"{Prefix}{mode}-version");
            if (labels.TryGetValue(level, out var name) && !TryParseLevel(name, out _))
            {
                errors.Invalid(path[level], name, "must be one of privileged, baseline, restricted");
            }

            if (labels.TryGetValue(version, out var text) && !TryParseVersion(text, out _))
            {
                errors.Invalid(path[version], text, "must be \"latest\" or \"v1.x\"");
            }
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Level switch { SecurityLevel.Privileged => "privileged", SecurityLevel.Baseline => "baseline", _ => "restricted" }}:{(Minor == Latest ? "latest" : $"v1.{Minor}")}");

    private static bool TryParseLevel(string text, out SecurityLevel level)
    {
        (level, var isKnown) = text switch
        {
            "privileged" => (SecurityLevel.Privileged, true),
            "baseline" => (SecurityLevel.Baseline, true),
            "restricted" => (SecurityLevel.Restricted, true),
            _ => (SecurityLevel.Privileged, false),
        };
        return isKnown;
    }

    private static bool TryParseVersion(string text, out int minor)
    {
        minor = Latest;
        return text == "latest"
            || (text.StartsWith("v1.", StringComparison.Ordinal) && (text.Length == 4 || text[3] != '0')
                && int.TryParse(text.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out minor) && minor < Latest);
    }
}
