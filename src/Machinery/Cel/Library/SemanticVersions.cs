using System.Globalization;
using Navarch.Machinery.Cel.Checking;
using Navarch.Machinery.Cel.Evaluation;

namespace Navarch.Machinery.Cel.Library;

/// <summary>Semantic versions: <c>semver('1.2.3-rc.1')</c>.</summary>
internal static class SemanticVersions
{
    public const string TypeName = "kubernetes.Semver";

    public static IEnumerable<Overload> All =>
    [
        Signature.Read($"semver(string) -> {TypeName}", static (a, run) => Parse((string)a[0], normalize: false, run)),
        Signature.Read($"semver(string, bool) -> {TypeName}", static (a, run) => Parse((string)a[0], (bool)a[1], run)),
        Signature.Read("isSemver(string) -> bool", static (a, run) => Values.Box(Parse((string)a[0], normalize: false, run) is Version)),
        Signature.Read("isSemver(string, bool) -> bool", static (a, run) => Values.Box(Parse((string)a[0], (bool)a[1], run) is Version)),
        Signature.Read($"{TypeName}.major() -> int", static (a, _) => ((Version)a[0]).Major),
        Signature.Read($"{TypeName}.minor() -> int", static (a, _) => ((Version)a[0]).Minor),
        Signature.Read($"{TypeName}.patch() -> int", static (a, _) => ((Version)a[0]).Patch),
        Signature.Read($"{TypeName}.isGreaterThan({TypeName}) -> bool", static (a, _) => Values.Box(((Version)a[0]).CompareTo((Version)a[1]) > 0)),
        Signature.Read($"{TypeName}.isLessThan({TypeName}) -> bool", static (a, _) => Values.Box(((Version)a[0]).CompareTo((Version)a[1]) < 0)),
        Signature.Read($"{TypeName}.compareTo({TypeName}) -> int", static (a, _) => (long)((Version)a[0]).CompareTo((Version)a[1])),
    ];

    private static object Parse(string text, bool normalize, CelRun run)
    {
        run.Walk(text.Length);
        var rest = normalize ? Normalized(text) : text;
        var plus = rest.IndexOf('+');
        var build = plus < 0 ? null : rest[(plus + 1)..];
        rest = plus < 0 ? rest : rest[..plus];
        var dash = rest.IndexOf('-');
        var labels = dash < 0 ? [] : rest[(dash + 1)..].Split('.');
        var numbers = (dash < 0 ? rest : rest[..dash]).Split('.');
        if (numbers.Length != 3)
        {
            return new CelError("No Major.Minor.Patch elements found");
        }

        if (!Array.TrueForAll(numbers, IsNumber) || !numbers.All(static number => long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            return new CelError($"Invalid character(s) or leading zeroes found in version \"{text}\"");
        }

        if (!Array.TrueForAll(labels, static label => IsLabel(label) && (!label.All(char.IsAsciiDigit) || IsNumber(label))) || (build is not null && !build.Split('.').All(IsLabel)))
        {
            return new CelError($"Invalid character(s) found in \"{text}\"");
        }

        var parts = Array.ConvertAll(numbers, static number => long.Parse(number, CultureInfo.InvariantCulture));
        return new Version(parts[0], parts[1], parts[2], labels);
    }

    // v1.02 becomes 1.2.0: what people write.
    private static string Normalized(string text)
    {
        text = text.StartsWith('v') ? text[1..] : text;
        var end = text.IndexOfAny(['-', '+']);
        var (core, tail) = end < 0 ? (text, "") : (text[..end], text[end..]);
        var parts = core.Split('.').Select(static part => part.Length > 1 ? part.TrimStart('0') is { Length: > 0 } short_ ? short_ : "0" : part).ToList();
        if (parts.Count < 3 && tail.Length > 0)
        {
            return text;
        }

        while (parts.Count < 3)
        {
            parts.Add("0");
        }

        return string.Join('.', parts) + tail;
    }

    private static bool IsNumber(string text) => text.Length > 0 && text.All(char.IsAsciiDigit) && (text.Length == 1 || text[0] != '0');

    private static bool IsLabel(string text) => text.Length > 0 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-');

    private sealed class Version(long major, long minor, long patch, string[] labels) : ICelValue, IComparable<Version>
    {
        public string TypeName => SemanticVersions.TypeName;

        public long Major { get; } = major;
        public long Minor { get; } = minor;
        public long Patch { get; } = patch;
        private string[] Labels { get; } = labels;

        public int CompareTo(Version? other)
        {
            var order = (Major, Minor, Patch).CompareTo((other!.Major, other.Minor, other.Patch));
            if (order != 0)
            {
                return order;
            }

            // A release comes after everything that led to it.
            if (Labels.Length == 0 || other.Labels.Length == 0)
            {
                return (Labels.Length == 0).CompareTo(other.Labels.Length == 0);
            }

            for (var i = 0; i < Math.Min(Labels.Length, other.Labels.Length); i++)
            {
                order = Compare(Labels[i], other.Labels[i]);
                if (order != 0)
                {
                    return order;
                }
            }

            return Labels.Length.CompareTo(other.Labels.Length);
        }

        public override bool Equals(object? other) => other is Version version && CompareTo(version) == 0;

        public override int GetHashCode() => HashCode.Combine(Major, Minor, Patch);

        private static int Compare(string left, string right)
        {
            var (a, b) = (left.All(char.IsAsciiDigit), right.All(char.IsAsciiDigit));
            return a && b && left.Length != right.Length ? left.Length.CompareTo(right.Length) // No zeros lead: the longer is the larger.
                : a != b ? (a ? -1 : 1)
                : Math.Sign(string.CompareOrdinal(left, right));
        }
    }
}
