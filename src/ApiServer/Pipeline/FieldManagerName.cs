using System.Globalization;
using System.Text;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Pipeline;

/// <summary>The name under which somebody owns the fields it writes.</summary>
internal static class FieldManagerName
{
    private const int LengthMax = 128;
    private const string SystemPrefix = "system:";

    /// <exception cref="StatusException">422: too long, or with characters that cannot be shown.</exception>
    public static string Checked(string name, string verb)
    {
        var errors = new FieldErrors();
        if (Encoding.UTF8.GetByteCount(name) > LengthMax)
        {
            errors.TooLong("fieldManager", LengthMax);
        }

        var at = 0;
        foreach (var rune in name.EnumerateRunes())
        {
            if (!IsPrintable(rune))
            {
                errors.Invalid("fieldManager", name, string.Create(CultureInfo.InvariantCulture, $"invalid character U+{rune.Value:X4} (at position {at})"));
                break;
            }

            at += rune.Utf8SequenceLength;
        }

        return errors.Any
            ? throw StatusErrors.Invalid("meta.k8s.io", verb switch { "create" => "CreateOptions", "update" => "UpdateOptions", _ => "PatchOptions" }, "", errors.All).AsException()
            : name;
    }

    /// <summary>The program's name, which is all of a user agent before its version.</summary>
    public static string OfAgent(string agent)
    {
        var end = agent.IndexOf('/', StringComparison.Ordinal);
        var name = end < 0 ? agent : agent[..end];
        if (name.Length <= LengthMax && Ascii.IsValid(name) && !name.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return name;
        }

        var kept = new StringBuilder();
        var bytes = 0;
        foreach (var rune in name.EnumerateRunes())
        {
            if (!IsPrintable(rune))
            {
                continue;
            }

            bytes += rune.Utf8SequenceLength;
            if (bytes > LengthMax)
            {
                break;
            }

            kept.Append(rune);
        }

        return kept.ToString();
    }

    /// <summary>A component in this process goes by its user's name, as its program would be called elsewhere.</summary>
    public static string OfUser(string user) => user.StartsWith(SystemPrefix, StringComparison.Ordinal) ? user[SystemPrefix.Length..] : user;

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
