namespace Navarch.Kubelet.Pods;

/// <summary>What a resolver configuration says: servers, search domains and options.</summary>
internal sealed record ResolvConf(IReadOnlyList<string> Servers, IReadOnlyList<string> Searches, IReadOnlyList<string> Options)
{
    // The C library ignores further servers; longer search lists are refused by old ones.
    public const int ServersMax = 3;
    public const int SearchesMax = 32;
    public const int SearchLengthMax = 2048;

    public static ResolvConf Empty { get; } = new([], [], []);

    /// <summary>Reads a resolv.conf. What is not understood is skipped, as every resolver does.</summary>
    public static ResolvConf Parse(string text)
    {
        var (servers, searches, options) = (new List<string>(), new List<string>(), new List<string>());
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words is [] || words[0][0] is '#' or ';')
            {
                continue;
            }
            switch (words[0])
            {
                case "nameserver" when words.Length > 1:
                    servers.Add(words[1]);
                    break;
                case "search" or "domain":
                    searches = [.. words.Skip(1)]; // The last one counts.
                    break;
                case "options":
                    options.AddRange(words.Skip(1));
                    break;
            }
        }
        return new ResolvConf(servers, searches, options);
    }

    /// <summary>Without repeats and within the resolver's limits.</summary>
    public ResolvConf Limited()
    {
        var searches = new List<string>();
        var length = 0;
        foreach (var domain in Searches.Select(domain => domain.Length > 1 ? domain.TrimEnd('.') : domain).Distinct(StringComparer.Ordinal))
        {
            length += domain.Length + 1;
            if (searches.Count == SearchesMax || length > SearchLengthMax)
            {
                break;
            }
            searches.Add(domain);
        }
        return this with
        {
            Servers = [.. Servers.Distinct(StringComparer.Ordinal).Take(ServersMax)],
            Searches = searches,
            // "ndots:2" and "ndots:5" are one option, of which the last counts.
            Options = [.. Options.GroupBy(option => option.Split(':')[0], StringComparer.Ordinal).Select(same => same.Last())],
        };
    }
}
