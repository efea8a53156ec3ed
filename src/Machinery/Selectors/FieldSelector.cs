using System.Text;

namespace Navarch.Machinery.Selectors;

/// <summary>A field selector: every term must hold. What fields there are is for each kind to say.</summary>
public sealed class FieldSelector
{
    private readonly Term[] terms;

    private FieldSelector(Term[] terms) => this.terms = terms;

    /// <summary>One comparison.</summary>
    /// <param name="IsEqual">False for <c>!=</c>.</param>
    public sealed record Term(string Field, string Value, bool IsEqual);

    public static FieldSelector Everything { get; } = new([]);

    public IReadOnlyList<Term> Terms => terms;

    public bool IsEverything => terms.Length == 0;

    public static FieldSelector Of(params Term[] terms) => terms.Length == 0 ? Everything : new FieldSelector(terms);

    /// <summary>Parses <c>spec.nodeName=a,status.phase!=Running</c>. A backslash takes the meaning from <c>,</c>, <c>=</c> and <c>\</c>.</summary>
    /// <exception cref="SelectorException">The text is not a field selector.</exception>
    public static FieldSelector Parse(string text)
    {
        var terms = new List<Term>();
        foreach (var term in SplitTerms(text))
        {
            if (term.Length > 0)
            {
                terms.Add(ParseTerm(term, text));
            }
        }

        return Of([.. terms]);
    }

    /// <param name="valueOf">The value of a field of the object; empty where it is absent.</param>
    public bool Matches(Func<string, string> valueOf)
    {
        foreach (var term in terms)
        {
            if ((valueOf(term.Field) == term.Value) != term.IsEqual)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The value that the field must have if the selector is to match, or null if it may have several.</summary>
    public string? RequiredValue(string field) => Array.Find(terms, term => term.IsEqual && term.Field == field)?.Value;

    public override string ToString() => string.Join(',', terms.Select(term => term.Field + (term.IsEqual ? "=" : "!=") + Escape(term.Value)));

    private static IEnumerable<string> SplitTerms(string text)
    {
        var start = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '\\')
            {
                at++;
            }
            else if (text[at] == ',')
            {
                yield return text[start..at];
                start = at + 1;
            }
        }

        yield return text[start..];
    }

    private static Term ParseTerm(string term, string whole)
    {
        for (var at = 0; at < term.Length; at++)
        {
            foreach (var comparison in (string[])["!=", "==", "="])
            {
                if (string.CompareOrdinal(term, at, comparison, 0, comparison.Length) == 0)
                {
                    return new Term(term[..at], Unescape(term[(at + comparison.Length)..]), comparison != "!=");
                }
            }
        }

        throw new SelectorException($"invalid selector: '{whole}'; can't understand '{term}'");
    }

    private static string Unescape(string value)
    {
        if (value.IndexOfAny(['\\', ',', '=']) < 0)
        {
            return value;
        }

        var plain = new StringBuilder(value.Length);
        for (var at = 0; at < value.Length; at++)
        {
            if (value[at] is ',' or '=')
            {
                throw new SelectorException($"invalid field selector: unescaped character in value: {value[at]}");
            }

            if (value[at] == '\\')
            {
                at++;
                if (at == value.Length || value[at] is not ('\\' or ',' or '='))
                {
                    throw new SelectorException($"invalid field selector: invalid escape sequence: {value[(at - 1)..Math.Min(at + 1, value.Length)]}");
                }
            }

            plain.Append(value[at]);
        }

        return plain.ToString();
    }

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal).Replace("=", "\\=", StringComparison.Ordinal);
}
