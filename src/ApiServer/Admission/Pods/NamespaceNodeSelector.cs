using System.Text.Json.Nodes;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;
using static Navarch.ApiServer.Media.ConfigJson;

namespace Navarch.ApiServer.Admission.Pods;

/// <summary>Which nodes pods may ask for, as a file says (<c>podNodeSelectorPluginConfig</c>).</summary>
/// <param name="Default">Labels of the nodes for pods of namespaces that say nothing, as <c>KEY=VALUE,…</c>; empty for any.</param>
/// <param name="Allowed">By namespace: all the labels that its pods may ask for.</param>
internal sealed record NodeSelectorSettings(string Default, IReadOnlyDictionary<string, Map<string>> Allowed)
{
    public static readonly NodeSelectorSettings None = new("", new Dictionary<string, Map<string>>());

    private const string ClusterDefault = "clusterDefaultNodeSelector";

    /// <param name="field">Where in the file it is.</param>
    /// <exception cref="InvalidDataException">It cannot be understood; the message says where.</exception>
    public static NodeSelectorSettings Parse(JsonObject configuration, string field)
    {
        const string root = "podNodeSelectorPluginConfig";
        RequireKnown(configuration, field, root);
        var said = configuration[root]?.AsObject() ?? [];
        return new(
            Text(said[ClusterDefault]),
            said.Where(static pair => pair.Key != ClusterDefault).ToDictionary(
                static pair => pair.Key,
                pair => LabelsOf(Text(pair.Value)) ?? throw new InvalidDataException($"{field}.{root}.{pair.Key}: invalid selector: {Text(pair.Value)}")));
    }

    /// <summary>The labels of <c>KEY=VALUE,…</c>; null for what is none.</summary>
    public static Map<string>? LabelsOf(string text)
    {
        Map<string> labels = [];
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split('=', StringSplitOptions.TrimEntries) is not [var key, var value])
            {
                return null;
            }

            labels = labels.With(key, value);
        }

        return labels;
    }
}

/// <summary>Keeps the pods of a namespace to the nodes that its annotation names, or else the file. Off by default.</summary>
internal sealed class NamespaceNodeSelector(NodeSelectorSettings settings, Kind namespaces) : IAdmission
{
    private const string Annotation = "scheduler.alpha.kubernetes.io/node-selector";

    public ValueTask<IResource> AdmitAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request is not { Operation: "CREATE", Options.Subresource: "", Value: Pod pod })
        {
            return new(request.Value);
        }

        var text = namespaces.Objects.Current.Objects.Find(pod.Metadata.Namespace)?.Value.Metadata.Annotations.Find(Annotation) ?? settings.Default;
        var selector = pod.Spec.NodeSelector;
        foreach (var (key, value) in NodeSelectorSettings.LabelsOf(text) ?? throw Refused(pod, $"invalid selector: {text}"))
        {
            if (selector.TryGetValue(key, out var own) && own != value)
            {
                throw Refused(pod, "pod node label selector conflicts with its namespace node label selector");
            }

            selector = selector.With(key, value);
        }

        return settings.Allowed.TryGetValue(pod.Metadata.Namespace, out var allowed) && allowed.Count > 0 && selector.Any(label => allowed.Find(label.Key) != label.Value)
            ? throw Refused(pod, "pod node label selector labels conflict with its namespace whitelist")
            : new(pod with { Spec = pod.Spec with { NodeSelector = selector } });
    }

    private static StatusException Refused(Pod pod, string why) => StatusErrors.Forbidden(Pod.ResourceType, pod.Metadata.Name, why).AsException();
}
