using Navarch.Api.Core.V1;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>Labels of nodes that have newer names. Selecting by the old ones is warned of.</summary>
internal static class DeprecatedLabels
{
    private static readonly Dictionary<string, (string Since, string NewName)> Known = new(StringComparer.Ordinal)
    {
        ["beta.kubernetes.io/arch"] = ("v1.14", "kubernetes.io/arch"),
        ["beta.kubernetes.io/os"] = ("v1.14", "kubernetes.io/os"),
        ["failure-domain.beta.kubernetes.io/region"] = ("v1.17", "topology.kubernetes.io/region"),
        ["failure-domain.beta.kubernetes.io/zone"] = ("v1.17", "topology.kubernetes.io/zone"),
        ["beta.kubernetes.io/instance-type"] = ("v1.17", "node.kubernetes.io/instance-type"),
    };

    private static readonly Dictionary<string, string> Hints = Known.ToDictionary(
        static label => label.Key, static label => $"deprecated since {label.Value.Since}; use \"{label.Value.NewName}\" instead", StringComparer.Ordinal);

    /// <summary>What the label is called now; null where it is no old one.</summary>
    public static string? NewNameOf(string label) => Known.TryGetValue(label, out var known) ? known.NewName : null;

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
