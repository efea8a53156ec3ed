using System.Globalization;
using System.Text.RegularExpressions;
using Navarch.Machinery.Cel.Checking;
using Navarch.Machinery.Cel.Evaluation;

namespace Navarch.Machinery.Cel.Library;

/// <summary>Forms of text that have a name: <c>format.dns1123Label().validate(name)</c> is none, or the list of what is wrong.</summary>
internal static partial class NamedFormats
{
    public const string TypeName = "kubernetes.NamedFormat";

    private const string LabelRule = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    private const string SubdomainRule = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    private const string Label1035Rule = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
    private const string LabelValueRule = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
    private const string NameRule = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    private static readonly Dictionary<string, Func<string, IEnumerable<string>>> Formats = new()
    {
        ["dns1123Label"] = static text => Form(text, 63, Label(), LabelRule),
        ["dns1123Subdomain"] = static text => Form(text, 253, Subdomain(), SubdomainRule),
        ["dns1035Label"] = static text => Form(text, 63, Label1035(), Label1035Rule),
        ["dns1123LabelPrefix"] = static text => Form(Completed(text), 63, Label(), LabelRule),
        ["dns1123SubdomainPrefix"] = static text => Form(Completed(text), 253, Subdomain(), SubdomainRule),
        ["dns1035LabelPrefix"] = static text => Form(Completed(text), 63, Label1035(), Label1035Rule),
        ["labelValue"] = static text => Form(text, 63, LabelValue(), LabelValueRule),
        ["qualifiedName"] = QualifiedName,
        ["uri"] = static text => One(Uri.TryCreate(text, UriKind.Absolute, out _) || text.StartsWith('/'), "must be a valid URI"),
        ["uuid"] = static text => One(Uuid().IsMatch(text), "does not match the UUID format"),
        ["byte"] = static text => One(text.Length == 0 || Convert.TryFromBase64String(text, new byte[text.Length], out _), "invalid base64"),
        ["date"] = static text => One(DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _), "invalid date"),
        ["datetime"] = static text => One(CelTimestamp.Parse(text) is not null, "invalid datetime"),
    };

    public static IEnumerable<Overload> All =>
    [
        Signature.Read($"format.named(string) -> optional_type({TypeName})", static (a, _) => Formats.ContainsKey((string)a[0]) ? new CelOptional(new Named((string)a[0])) : CelOptional.None),
        Signature.Read($"{TypeName}.validate(string) -> optional_type(list(string))", static (a, run) =>
        {
            var text = (string)a[1];
            run.Walk(text.Length);
            List<object> problems = [.. Formats[((Named)a[0]).Name](text)];
            return problems.Count == 0 ? CelOptional.None : new CelOptional(CelList.Of(problems));
        }),
        .. Formats.Keys.Select(static name =>
        {
            var format = new Named(name);
            return Signature.Read($"format.{name}() -> {TypeName}", (_, _) => format);
        }),
    ];

    private static IEnumerable<string> One(bool holds, string problem) => holds ? [] : [problem];

    private static IEnumerable<string> Form(string text, int lengthMax, Regex form, string rule) =>
        One(text.Length <= lengthMax, string.Create(CultureInfo.InvariantCulture, $"must be no more than {lengthMax} bytes")).Concat(One(form.IsMatch(text), rule));

    // Something is put behind a prefix: a dash at its end is fine.
    private static string Completed(string prefix) => prefix.EndsWith('-') ? prefix[..^1] + "a" : prefix;

    private static IEnumerable<string> QualifiedName(string text)
    {
        var parts = text.Split('/');
        if (parts.Length > 2)
        {
            return ["a qualified name " + NameRule["name part ".Length..] + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"];
        }

        var problems = new List<string>();
        if (parts.Length == 2)
        {
            problems.AddRange(parts[0].Length == 0 ? ["prefix part must be non-empty"] : Form(parts[0], 253, Subdomain(), SubdomainRule).Select(static problem => "prefix part " + problem));
        }

        var name = parts[^1];
        problems.AddRange(name.Length == 0
            ? ["name part must be non-empty", NameRule]
            : Form(name, 63, Name(), NameRule).Select(static problem => problem.StartsWith("must", StringComparison.Ordinal) ? "name part " + problem : problem));
        return problems;
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.NonBacktracking)]
    private static partial Regex Label();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.NonBacktracking)]
    private static partial Regex Subdomain();

    [GeneratedRegex(@"^[a-z]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.NonBacktracking)]
    private static partial Regex Label1035();

    [GeneratedRegex(@"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\z", RegexOptions.NonBacktracking)]
    private static partial Regex LabelValue();

    [GeneratedRegex(@"^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z", RegexOptions.NonBacktracking)]
    private static partial Regex Name();

    [GeneratedRegex(@"^(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Uuid();

    private sealed record Named(string Name) : ICelValue
    {
        public string TypeName => NamedFormats.TypeName;
    }
}
