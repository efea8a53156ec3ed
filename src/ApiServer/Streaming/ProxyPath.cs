using System.Text;

namespace Navarch.ApiServer.Streaming;

/// <summary>Paths as a proxied server sees them, and paths as it names them seen by the client.</summary>
internal static class ProxyPath
{
    /// <summary>A decoded path, encoded: what was part of a name stays part of it and does not begin a query.</summary>
    /// <remarks>The listener leaves <c>%2F</c> as it is, so that it is no separator: here, too.</remarks>
    public static string Encode(string path)
    {
        var encoded = new StringBuilder(path.Length);
        Span<byte> bytes = stackalloc byte[4];
        for (var i = 0; i < path.Length;)
        {
            if (path.AsSpan(i).StartsWith("%2F", StringComparison.OrdinalIgnoreCase))
            {
                encoded.Append(path, i, 3);
                i += 3;
                continue;
            }

            Rune.DecodeFromUtf16(path.AsSpan(i), out var rune, out var length);
            i += length;
            if (rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || "/-._~!$&'()*+,;=:@".Contains((char)rune.Value, StringComparison.Ordinal)))
            {
                encoded.Append((char)rune.Value);
                continue;
            }

            foreach (var part in bytes[..rune.EncodeToUtf8(bytes)])
            {
                encoded.Append('%').Append(part.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        return encoded.ToString();
    }

    /// <summary>
    /// A <c>Location</c> of the server at <paramref name="backend"/>, as the client must follow it: what lies on that server
    /// lies below <paramref name="prefix"/> here. What lies elsewhere, or is relative, stays as it is.
    /// </summary>
    /// <param name="host">The name by which the client calls this server, which proxied servers may use.</param>
    public static string Locate(string location, string prefix, string backend, string host)
    {
        var path = location;
        var scheme = location.IndexOf("://", StringComparison.Ordinal);
        var isNamed = scheme > 0 && location.AsSpan(0, scheme).IndexOfAnyExcept(SchemeLetters) < 0;
        if (isNamed || location.StartsWith("//", StringComparison.Ordinal))
        {
            var named = location[(isNamed ? scheme + 3 : 2)..];
            var end = named.AsSpan().IndexOfAny("/?#") is >= 0 and var at ? at : named.Length;
            if (named[..end] != backend && named[..end] != host)
            {
                return location;
            }

            path = named[end..].StartsWith('/') ? named[end..] : "/" + named[end..];
        }

        if (!path.StartsWith('/'))
        {
            return location;
        }

        var tail = path.AsSpan().IndexOfAny("?#") is >= 0 and var q ? path[q..] : "";
        var below = WithoutDots(path[..^tail.Length]);
        return (below == prefix || below.StartsWith(prefix + "/", StringComparison.Ordinal) ? below : prefix + below) + tail;
    }

    private static readonly System.Buffers.SearchValues<char> SchemeLetters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    // No dots lead out of the prefix. Empty names go as well: a path that begins with two slashes names a host.
    private static string WithoutDots(string path)
    {
        var names = new List<string>();
        var parts = path.Split('/');
        foreach (var part in parts)
        {
            switch (part.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase))
            {
                case "" or ".":
                    break;
                case "..":
                    names.RemoveRange(Math.Max(names.Count - 1, 0), Math.Min(names.Count, 1));
                    break;
                default:
                    names.Add(part);
                    break;
            }
        }

        return names.Count == 0 ? "/" : $"/{string.Join('/', names)}{(parts[^1] is "" or "." or ".." ? "/" : "")}";
    }
}
