using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Streaming;

/// <summary>
/// Which headers pass between a client and a proxied server. By what the client is known here stays here, and a proxied
/// server sets nothing that would hold for the whole of this one.
/// </summary>
internal sealed class ProxyHeaders
{
    // Those of one connection (RFC 9110 section 7.6.1), and those by which a caller is known.
    private static readonly string[] OfConnectionOrCaller =
    [
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Expect",
        "Host", "Content-Length", "Authorization",
    ];

    private static readonly HashSet<string> WithheldFromClient = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Alt-Svc", "Location",
    };

    private static readonly string[] PrefixesWithheldFromClient = ["Access-Control-"];

    private readonly HashSet<string> withheld;
    private readonly string[] withheldPrefixes;

    /// <param name="proxy">Headers in which somebody in front says who the caller is; null for the usual ones.</param>
    public ProxyHeaders(FrontProxyConfig? proxy)
    {
        proxy ??= new FrontProxyConfig([]);
        withheld = new HashSet<string>([.. OfConnectionOrCaller, .. proxy.UserHeaders, .. proxy.UidHeaders, .. proxy.GroupHeaders], StringComparer.OrdinalIgnoreCase);
        withheldPrefixes = ["Impersonate-", "X-Remote-", .. proxy.ExtraHeaderPrefixes];
    }

    /// <exception cref="StatusException">400: a value that would end the header and begin another.</exception>
    public void Pass(IHeaderDictionary from, HttpRequestMessage to)
    {
        var ofThisConnection = from.Connection.SelectMany(static value => (value ?? "").Split(',', StringSplitOptions.TrimEntries)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in from)
        {
            if (withheld.Contains(name) || name[0] == ':' || ofThisConnection.Contains(name)
                || Array.Exists(withheldPrefixes, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
            {
                continue;
            }

            if (values.Any(static value => value is not null && value.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0))
            {
                throw StatusErrors.BadRequest($"invalid header {Pipeline.HeaderText.Clean(name)}").AsException();
            }

            _ = to.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values) || to.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values) == true;
        }
    }

    /// <param name="prefix">The path here below which the proxied server lies.</param>
    /// <param name="locate">What a <c>Location</c> becomes.</param>
    public static void Pass(HttpResponseMessage from, IHeaderDictionary to, string prefix, Func<string, string> locate)
    {
        foreach (var (name, values) in Of(from.Headers).Concat(Of(from.Content.Headers)))
        {
            if (!WithheldFromClient.Contains(name) && !Array.Exists(PrefixesWithheldFromClient, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
            {
                var passed = name.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase) ? values.Select(cookie => ProxyCookies.Confine(cookie, prefix)) : values;
                to[name] = passed.Select(Printable).ToArray();
            }
        }

        if (from.Headers.NonValidated.TryGetValues("Location", out var locations))
        {
            to.Location = Printable(locate(locations.ToString()));
        }
    }

    // As they were sent: what is wrong with them is between the two ends.
    private static IEnumerable<(string Name, IEnumerable<string> Values)> Of(HttpHeaders headers) => headers.NonValidated.Select(static header => (header.Key, (IEnumerable<string>)header.Value));

    private static string Printable(string text) => text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0 ? text : string.Create(text.Length, text, static (span, from) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = from[i] is (>= ' ' and <= '~') or '\t' ? from[i] : '?';
        }
    });
}
