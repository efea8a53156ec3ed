using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>Hints about pods that are valid, but hardly what was meant.</summary>
internal static class PodWarnings
{
    private static readonly Dictionary<string, string> DeprecatedLabels = new(StringComparer.Ordinal)
    {
        ["beta.kubernetes.io/arch"] = "deprecated since v1.14; use \"kubernetes.io/arch\" instead",
        ["beta.kubernetes.io/os"] = "deprecated since v1.14; use \"kubernetes.io/os\" instead",
        ["failure-domain.beta.kubernetes.io/region"] = "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
        ["failure-domain.beta.kubernetes.io/zone"] = "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
        ["beta.kubernetes.io/instance-type"] = "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead",
    };

    public static IEnumerable<string> OfTemplate(PodTemplateSpec template, string path) => Of(template.Spec, template.Metadata, path + ".spec");

    public static IEnumerable<string> Of(PodSpec spec, ObjectMeta metadata, string path)
    {
        foreach (var label in spec.NodeSelector.Keys)
        {
            if (DeprecatedLabels.TryGetValue(label, out var hint))
            {
                yield return $"{path}.nodeSelector[{label}]: {hint}";
            }
        }

        for (var i = 0; i < spec.Volumes.Count; i++)
        {
            if (spec.Volumes[i].GitRepo is not null)
            {
                yield return $"{path}.volumes[{i}].gitRepo: deprecated in v1.11";
            }
        }

        foreach (var warning in OfContainers(spec.InitContainers, $"{path}.initContainers").Concat(OfContainers(spec.Containers, $"{path}.containers")))
        {
            yield return warning;
        }
    }

    private static IEnumerable<string> OfContainers(IReadOnlyList<Container> containers, string path)
    {
        for (var c = 0; c < containers.Count; c++)
        {
            var container = containers[c];
            var isHidden = Repeats.Of(container.Env, static variable => variable.Name);
            for (var i = 1; i < container.Env.Count; i++)
            {
                if (isHidden[i])
                {
                    yield return $"{path}[{c}].env[{i}]: hides previous definition of \"{container.Env[i].Name}\", which may be dropped when using apply";
                }
            }

            var isRepeated = Repeats.Of(container.Ports, static port => (port.ContainerPortValue, port.Protocol));
            for (var i = 1; i < container.Ports.Count; i++)
            {
                var port = container.Ports[i];
                for (var j = 0; isRepeated[i] && j < i; j++)
                {
                    var other = container.Ports[j];
                    if (port.ContainerPortValue == other.ContainerPortValue && port.Protocol == other.Protocol)
                    {
                        yield return $"{path}[{c}].ports[{i}]: duplicate port definition with {path}[{c}].ports[{j}]";
                        break;
                    }
                }
            }
        }
    }
}
