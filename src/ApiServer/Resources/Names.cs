namespace Navarch.ApiServer.Resources;

/// <summary>The forms of names (RFC 1123, RFC 1035) and what is said of one that does not have it.</summary>
/// <remarks>Loops over characters rather than regular expressions: a pod has a dozen names, and every write checks them all.</remarks>
public static class Names
{
    private const int SubdomainMax = 253;
    private const int LabelMax = 63;

    /// <summary>What is wrong with a DNS-1123 subdomain, or null.</summary>
    public static string? SubdomainProblem(string name) =>
        name.Length > SubdomainMax ? "must be no more than 253 bytes"
        : IsSubdomain(name) ? null
        : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    /// <summary>What is wrong with a DNS-1123 label, or null.</summary>
    public static string? LabelProblem(string name) =>
        name.Length > LabelMax ? "must be no more than 63 bytes"
        : IsLabel(name) ? null
        : IsSubdomain(name) ? "must not contain dots"
        : "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    /// <summary>What is wrong with a DNS-1035 label, or null.</summary>
    public static string? Label1035Problem(string name) =>
        name.Length > LabelMax ? "must be no more than 63 bytes"
        : IsLabel(name) && char.IsAsciiLetterLower(name[0]) ? null
        : "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

    private static bool IsLabel(ReadOnlySpan<char> name)
    {
        if (name.Length == 0 || name[0] == '-' || name[^1] == '-')
        {
            return false;
        }

        foreach (var c in name)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsSubdomain(ReadOnlySpan<char> name)
    {
        while (true)
        {
            var dot = name.IndexOf('.');
            if (!IsLabel(dot < 0 ? name : name[..dot]))
            {
                return false;
            }

            if (dot < 0)
            {
                return true;
            }

            name = name[(dot + 1)..];
        }
    }
}
