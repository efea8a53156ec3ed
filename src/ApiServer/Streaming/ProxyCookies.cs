namespace Navarch.ApiServer.Streaming;

/// <summary>Cookies of proxied servers. They share the name of this server, and get theirs back all the same: by their paths.</summary>
internal static class ProxyCookies
{
    /// <summary>A <c>Set-Cookie</c> (RFC 6265 section 5.2) that is good below <paramref name="prefix"/> and nowhere else.</summary>
    public static string Confine(string cookie, string prefix)
    {
        var parts = cookie.Split(';', StringSplitOptions.TrimEntries);
        var kept = new List<string>(parts.Length) { parts[0] };
        foreach (var attribute in parts.AsSpan(1))
        {
            var (name, value) = attribute.IndexOf('=', StringComparison.Ordinal) is >= 0 and var at ? (attribute[..at].TrimEnd(), attribute[(at + 1)..].TrimStart()) : (attribute, "");
            if (name.Equals("Path", StringComparison.OrdinalIgnoreCase))
            {
                // Any other value stands for where the request went, which lies below the prefix.
                if (value.StartsWith('/'))
                {
                    kept.Add("Path=" + ProxyPath.Locate(value, prefix, "", ""));
                }
            }
            else if (!name.Equals("Domain", StringComparison.OrdinalIgnoreCase))
            {
                kept.Add(attribute);
            }
        }

        return string.Join("; ", kept);
    }
}
