using Navarch.Api.Core.V1;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>Labels of nodes that have newer names. Selecting by the old ones is warned of.</summary>
internal static class DeprecatedLabels
{
    private static readonly Dictionary<string, string> Hints = new(StringComparer.Ordinal)
    {
        ["beta.kubernetes.io/arch"] = "deprecated since v1.14; use \"kubernetes.io/arch\" instead",
        ["beta.kubernetes.io/os"] = "deprecated since v1.14; use \"kubernetes.io/os\" instead",
        ["failure-domain.beta.kubernetes.io/region"] = "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
        ["failure-domain.beta.kubernetes.io/zone"] = "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
        ["beta.kubernetes.io/instance-type"] = "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead",
    };

    public static IEnumerable<string> OfSelector(IEnumerable<string> labels, string path)
    {
        foreach (var label in labels)
        {
            if (Hints.TryGetValue(label, out var hint))
            {
                yield return $"{path}[{label}]: {hint}";
            }
        }
    }

    /// <summary>The label as a key of something that is not a map.</summary>
    public static IEnumerable<string> OfKey(string label, string path) => Hints.TryGetValue(label, out var hint) ? [$"{path}: {label} is {hint}"] : [];

    public static IEnumerable<string> OfTerms(IReadOnlyList<NodeSelectorTerm> terms, string path)
    {
        for (var i = 0; i < terms.Count; i++)
        {
            foreach (var warning in OfTerm(terms[i], $"{path}[{i}]"))
            {
                yield return warning;
            }
        }
    }

    public static IEnumerable<string> OfTerm(NodeSelectorTerm term, string path) =>
        term.MatchExpressions.SelectMany((expression, i) => OfKey(expression.Key, $"{path}.matchExpressions[{i}].key"));
}
