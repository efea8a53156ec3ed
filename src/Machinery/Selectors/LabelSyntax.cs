namespace Navarch.Machinery.Selectors;

/// <summary>The form of label keys and values, and what is said of one that does not have it.</summary>
public static class LabelSyntax
{
    private const int NameMax = 63;
    private const int PrefixMax = 253;
    private const string NameForm = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    /// <summary>What is wrong with a qualified name such as <c>example.com/name</c>: a label key, a taint key, a condition type.</summary>
    public static IReadOnlyList<string> QualifiedNameProblems(string name)
    {
        if (IsQualifiedName(name))
        {
            return [];
        }

        var problems = new List<string>();
        var slash = name.IndexOf('/');
        var local = name;
        if (slash >= 0)
        {
            if (name.IndexOf('/', slash + 1) >= 0)
            {
                return ["a qualified name " + NameForm + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"];
            }

            var prefix = name[..slash];
            local = name[(slash + 1)..];
            if (prefix.Length == 0)
            {
                problems.Add("prefix part must be non-empty");
            }
            else if (prefix.Length > PrefixMax)
            {
                problems.Add("prefix part must be no more than 253 bytes");
            }
            else if (!IsSubdomain(prefix))
            {
                problems.Add("prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')");
            }
        }

        if (local.Length == 0)
        {
            problems.Add("name part must be non-empty");
        }
        else if (local.Length > NameMax)
        {
            problems.Add("name part must be no more than 63 bytes");
        }

        if (!IsName(local))
        {
            problems.Add("name part " + NameForm);
        }

        return problems;
    }

    /// <summary>What is wrong with a label value.</summary>
    public static IReadOnlyList<string> ValueProblems(string value)
    {
        if (value.Length == 0 || (value.Length <= NameMax && IsName(value)))
        {
            return [];
        }

        var problems = new List<string>();
        if (value.Length > NameMax)
        {
            problems.Add("must be no more than 63 bytes");
        }

        if (!IsName(value))
        {
            problems.Add("a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')");
        }

        return problems;
    }

    /// <summary>Whether the text is a qualified name.</summary>
    public static bool IsQualifiedName(string name)
    {
        var slash = name.IndexOf('/');
        var local = name.AsSpan(slash + 1);
        return local.Length is > 0 and <= NameMax && IsName(local)
            && (slash < 0 || (slash is > 0 and <= PrefixMax && IsSubdomain(name.AsSpan(0, slash))));
    }

    // Character loops instead of regular expressions: every label of every object written passes here.
    private static bool IsName(ReadOnlySpan<char> text)
    {
        if (text.Length == 0 || !char.IsAsciiLetterOrDigit(text[0]) || !char.IsAsciiLetterOrDigit(text[^1]))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsSubdomain(ReadOnlySpan<char> text)
    {
        var before = '.';
        foreach (var c in text)
        {
            var isAlphanumeric = char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c);
            var fits = isAlphanumeric || (c == '-' && before != '.') || (c == '.' && before is not ('.' or '-'));
            if (!fits)
            {
                return false;
            }

            before = c;
        }

        return before is not ('.' or '-');
    }
}
