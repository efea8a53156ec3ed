using System.Text.RegularExpressions;

namespace Navarch.ApiServer.Resources;

/// <summary>The forms of names (RFC 1123, RFC 1035) and what is said of one that does not have it.</summary>
public static partial class Names
{
    private const int SubdomainMax = 253;
    private const int LabelMax = 63;

    /// <summary>What is wrong with a DNS-1123 subdomain, or null.</summary>
    public static string? SubdomainProblem(string name) =>
        name.Length > SubdomainMax ? "must be no more than 253 characters"
        : Subdomain().IsMatch(name) ? null
        : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    /// <summary>What is wrong with a DNS-1123 label, or null.</summary>
    public static string? LabelProblem(string name) =>
        name.Length > LabelMax ? "must be no more than 63 characters"
        : Label().IsMatch(name) ? null
        : "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    /// <summary>What is wrong with a DNS-1035 label, or null.</summary>
    public static string? Label1035Problem(string name) =>
        name.Length > LabelMax ? "must be no more than 63 characters"
        : Label1035().IsMatch(name) ? null
        : "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Subdomain();

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label();

    [GeneratedRegex(@"\A[a-z]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label1035();
}
