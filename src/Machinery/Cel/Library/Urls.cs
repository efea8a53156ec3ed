using Navarch.Machinery.Cel.Checking;
using Navarch.Machinery.Cel.Evaluation;
using Navarch.Machinery.Errors;

namespace Navarch.Machinery.Cel.Library;

/// <summary>URLs and paths.</summary>
internal static class Urls
{
    public const string TypeName = "kubernetes.URL";

    public static IEnumerable<Overload> All =>
    [
        Signature.Read($"url(string) -> {TypeName}", static (a, run) => Parse((string)a[0], run) is { } url ? url : new CelError($"URL parse error during conversion from string: parse {GoText.Quote((string)a[0])}: invalid URI for request")),
        Signature.Read("isURL(string) -> bool", static (a, run) => Values.Box(Parse((string)a[0], run) is not null)),
        Signature.Read($"{TypeName}.getScheme() -> string", static (a, _) => ((Url)a[0]).Scheme),
        Signature.Read($"{TypeName}.getHost() -> string", static (a, _) => ((Url)a[0]).Host),
        Signature.Read($"{TypeName}.getHostname() -> string", static (a, _) => ((Url)a[0]).Hostname),
        Signature.Read($"{TypeName}.getPort() -> string", static (a, _) => ((Url)a[0]).Port),
        Signature.Read($"{TypeName}.getEscapedPath() -> string", static (a, _) => ((Url)a[0]).Path),
        Signature.Read($"{TypeName}.getQuery() -> map(string, list(string))", static (a, _) => Query(((Url)a[0]).Query)),
    ];

    // Absolute, or a path from the root: what a request may be about.
    private static Url? Parse(string text, CelRun run)
    {
        run.Walk(text.Length);
        if (text.Length == 0 || text.Any(static c => c is <= ' ' or '\x7f') || !HasValidEscapes(text))
        {
            return null;
        }

        var (scheme, rest) = ("", text);
        var colon = text.IndexOf(':');
        if (text[0] != '/')
        {
            if (colon <= 0 || !char.IsAsciiLetter(text[0]) || !text[..colon].All(static c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.'))
            {
                return null;
            }

            (scheme, rest) = (text[..colon].ToLowerInvariant(), text[(colon + 1)..]);
        }

        var mark = rest.IndexOf('?');
        var (query, before) = mark < 0 ? ("", rest) : (rest[(mark + 1)..], rest[..mark]);
        if (!before.StartsWith('/'))
        {
            return null; // mailto:someone is no request.
        }

        if (scheme.Length == 0 || !before.StartsWith("//", StringComparison.Ordinal))
        {
            return new Url(text, scheme, "", before, query);
        }

        var slash = before.IndexOf('/', 2);
        var authority = slash < 0 ? before[2..] : before[2..slash];
        var host = authority[(authority.LastIndexOf('@') + 1)..];
        var url = new Url(text, scheme, host, slash < 0 ? "" : before[slash..], query);
        return (host.StartsWith('[') && !host.Contains(']')) || !url.HasValidPort ? null : url;
    }

    private static bool HasValidEscapes(string text)
    {
        for (var at = text.IndexOf('%'); at >= 0; at = text.IndexOf('%', at + 1))
        {
            if (at + 2 >= text.Length || !char.IsAsciiHexDigit(text[at + 1]) || !char.IsAsciiHexDigit(text[at + 2]))
            {
                return false;
            }
        }

        return true;
    }

    private static CelMap Query(string query)
    {
        var values = new Dictionary<object, object>();
        foreach (var part in query.Split('&', StringSplitOptions.RemoveEmptyEntries).Where(static part => !part.Contains(';')))
        {
            var equals = part.IndexOf('=');
            var key = Decoded(equals < 0 ? part : part[..equals]);
            var value = Decoded(equals < 0 ? "" : part[(equals + 1)..]);
            values[key] = CelList.Of(values.TryGetValue(key, out var before) ? [.. (CelList)before, value] : [value]);
        }

        return CelMap.Of(values);
    }

    private static string Decoded(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    private sealed record Url(string Text, string Scheme, string Host, string Path, string Query) : ICelValue
    {
        public string TypeName => Urls.TypeName;

        public string Hostname => Host.StartsWith('[') ? Host[1..Host.IndexOf(']')] : Colon < 0 ? Host : Host[..Colon];

        public string Port => Colon < 0 ? "" : Host[(Colon + 1)..];

        public bool HasValidPort => Port.All(char.IsAsciiDigit) && (!Host.StartsWith('[') || Host.EndsWith(']') || Colon >= 0);

        private int Colon => Host.StartsWith('[') ? (Host.IndexOf("]:", StringComparison.Ordinal) is >= 0 and var at ? at + 1 : -1) : Host.LastIndexOf(':');
    }
}
