using System.Text.Json.Nodes;
using Navarch.ApiServer.Admission.EventLimits;
using Navarch.ApiServer.Admission.Pods;
using Navarch.ApiServer.Admission.PodSecurity;
using Navarch.ApiServer.Admission.Quotas;
using static Navarch.ApiServer.Media.ConfigJson;

namespace Navarch.ApiServer.Admission;

/// <summary>What operators say of single plugins (apiserver.config.k8s.io/v1 AdmissionConfiguration), in the file or in others that it names.</summary>
internal sealed record AdmissionFile
{
    public static readonly AdmissionFile None = new();

    public PodSecuritySettings PodSecurity { get; init; } = PodSecuritySettings.None;

    /// <summary>What nobody may use without a quota.</summary>
    public IReadOnlyList<LimitedResource> Limited { get; init; } = [];

    /// <summary>How many events may be written.</summary>
    public IReadOnlyList<EventLimit> EventLimits { get; init; } = [];

    /// <summary>What pods tolerate where their namespace says nothing.</summary>
    public TolerationSettings Tolerations { get; init; } = TolerationSettings.None;

    /// <summary>Which nodes pods may ask for.</summary>
    public NodeSelectorSettings NodeSelectors { get; init; } = NodeSelectorSettings.None;

    /// <param name="path">YAML or JSON; empty for none.</param>
    /// <exception cref="InvalidDataException">It cannot be understood; the message says where.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static AdmissionFile Load(string path) => path.Length == 0
        ? None
        : Media.ConfigJson.Load(path, "is no configuration of admission", yaml => Parse(yaml, Path.GetDirectoryName(Path.GetFullPath(path))!));

    private static AdmissionFile Parse(ReadOnlySpan<byte> yaml, string folder)
    {
        var document = Media.ConfigJson.Parse(yaml, "apiserver.config.k8s.io/v1", "AdmissionConfiguration");
        RequireKnown(document, "", "apiVersion", "kind", "plugins");
        var file = None;
        foreach (var (i, node) in (document["plugins"]?.AsArray() ?? []).Index())
        {
            var field = $"plugins[{i}]";
            var plugin = node as JsonObject ?? throw new InvalidDataException($"{field}: must be an object");
            RequireKnown(plugin, field, "name", "path", "configuration");
            var configuration = plugin["configuration"] as JsonObject
                ?? JsonNode.Parse(Media.Yaml.ToJson(File.ReadAllBytes(Path.Combine(folder, Text(plugin["path"]))))) as JsonObject
                ?? throw new InvalidDataException($"{field}: neither configuration nor path");
            file = Text(plugin["name"]) switch
            {
                "PodSecurity" => file with { PodSecurity = PodSecuritySettings.Parse(configuration, field + ".configuration") },
                AdmissionPlugins.Quota => file with { Limited = LimitedResource.ParseAll(configuration, field + ".configuration") },
                AdmissionPlugins.EventRates => file with { EventLimits = EventLimit.ParseAll(configuration, field + ".configuration") },
                "PodTolerationRestriction" => file with { Tolerations = TolerationSettings.Parse(configuration, field + ".configuration") },
                "PodNodeSelector" => file with { NodeSelectors = NodeSelectorSettings.Parse(configuration, field + ".configuration") },
                var name => throw new InvalidDataException(
                    $"{field}.name: nothing can be configured of \"{name}\", only of EventRateLimit, PodNodeSelector, PodSecurity, PodTolerationRestriction and ResourceQuota"),
            };
        }

        return file;
    }
}
