using System.Globalization;
using System.Text;
using Navarch.Api;
using Navarch.Api.Core.V1;

namespace Navarch.Kubelet.Pods;

/// <summary>The downward API: what a pod can learn of itself, as text.</summary>
/// <param name="podIPs">Addresses of the sandbox, which the API may not know yet.</param>
/// <param name="allocatable">What the node has: the limit of a container that has none.</param>
internal sealed class PodFields(Pod pod, IReadOnlyList<string> podIPs, IReadOnlyList<string> hostIPs, Map<Quantity> allocatable)
{
    /// <exception cref="ArgumentException">There is no such field.</exception>
    public string Field(string path)
    {
        var meta = pod.Metadata;
        if (TryKey(path, out var map, out var key))
        {
            return (map == "labels" ? meta.Labels : meta.Annotations).Find(key) ?? "";
        }
        return path switch
        {
            "metadata.name" => meta.Name,
            "metadata.namespace" => meta.Namespace,
            "metadata.uid" => meta.UID,
            "metadata.labels" => Lines(meta.Labels),
            "metadata.annotations" => Lines(meta.Annotations),
            "spec.nodeName" => pod.Spec.NodeName,
            "spec.serviceAccountName" => pod.Spec.ServiceAccountName,
            "status.hostIP" => hostIPs.Count > 0 ? hostIPs[0] : "",
            "status.hostIPs" => string.Join(',', hostIPs),
            "status.podIP" => podIPs.Count > 0 ? podIPs[0] : "",
            "status.podIPs" => string.Join(',', podIPs),
            _ => throw new ArgumentException($"unsupported fieldPath: {path}"),
        };
    }

    /// <exception cref="ArgumentException">There is no such container or resource.</exception>
    public string Resource(ResourceFieldSelector selector, Container? self)
    {
        var container = selector.ContainerName.Length == 0 ? self
            : pod.Spec.Containers.Concat(pod.Spec.InitContainers).FirstOrDefault(container => container.Name == selector.ContainerName);
        if (container is null)
        {
            throw new ArgumentException($"container {selector.ContainerName} not found");
        }
        var (kind, name) = selector.Resource.Split('.', 2) is [var first, var rest] ? (first, rest) : ("", "");
        var (limits, requests) = (container.Resources.Limits, container.Resources.Requests);
        var quantity = (kind, name) switch
        {
            ("limits", _) when limits.TryGetValue(name, out var limit) => limit,
            ("limits", _) => allocatable.Find(name),
            ("requests", _) when requests.TryGetValue(name, out var request) => request,
            ("requests", _) => limits.Find(name),
            _ => throw new ArgumentException($"unsupported container resource : {selector.Resource}"),
        };
        var divisor = selector.Divisor.Value == 0 ? 1 : selector.Divisor.Value;
        return decimal.Ceiling(quantity.Value / divisor).ToString("0", CultureInfo.InvariantCulture);
    }

    private static bool TryKey(string path, out string map, out string key)
    {
        foreach (var name in (string[])["labels", "annotations"])
        {
            var prefix = $"metadata.{name}['";
            if (path.StartsWith(prefix, StringComparison.Ordinal) && path.EndsWith("']", StringComparison.Ordinal))
            {
                (map, key) = (name, path[prefix.Length..^2]);
                return true;
            }
        }
        (map, key) = ("", "");
        return false;
    }

    /// <summary>A line <c>key="value"</c> for each, in the order of the keys.</summary>
    private static string Lines(Map<string> map) => string.Join('\n', map.Select(entry => $"{entry.Key}={Quote(entry.Value)}"));

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' => $"\\x{(int)c:x2}",
                _ => c.ToString(),
            });
        }
        return quoted.Append('"').ToString();
    }
}
