using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission.PodSecurity;

/// <summary>One rule a pod does not keep.</summary>
/// <param name="Reason">The rule in short, such as <c>host namespaces</c>.</param>
/// <param name="Detail">Who breaks it, and how.</param>
internal sealed record Violation(string Reason, string Detail)
{
    public override string ToString() => Detail.Length == 0 ? Reason : $"{Reason} ({Detail})";
}

/// <summary>The words in which violations are told.</summary>
internal static class ViolationText
{
    public static string Quoted(IEnumerable<string> names) => string.Join(", ", names.Select(GoText.Quote));

    /// <summary><c>container "a"</c>, <c>containers "a", "b"</c>.</summary>
    public static string Containers(IReadOnlyList<string> names) => $"{Plural("container", names)} {Quoted(names)}";

    public static string Plural(string noun, IReadOnlyCollection<string> names) => names.Count == 1 ? noun : noun + "s";

    /// <summary>The pod, its containers, or both, who have set something they must not.</summary>
    /// <returns>Empty when nobody has.</returns>
    public static string Setters(bool pod, IReadOnlyList<string> containers) =>
        containers.Count == 0 ? (pod ? "pod" : "") : (pod ? "pod and " : "") + Containers(containers);
}
