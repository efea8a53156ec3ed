using System.CommandLine;
using System.Globalization;
using Navarch.ApiServer.Tokens;
using Navarch.Cluster;

namespace Navarch.Cli;

/// <summary>How the tokens of service accounts are signed. Names and meanings are upstream's.</summary>
internal sealed class ServiceAccountOptions
{
    private static readonly TimeSpan LifetimeMin = TimeSpan.FromHours(1);
    private static readonly TimeSpan LifetimeMax = TimeSpan.FromSeconds(1L << 32);

    private readonly Option<string[]> issuers = Texts("--service-account-issuer", "URL", "Whom tokens of service accounts say they are from. May be given several times: the first issues, all are believed.");
    private readonly Option<string> signing = Text("--service-account-signing-key-file", "FILE", "The PEM key that signs them, RSA or ECDSA; without it, the cluster's own. Followed when it changes.");
    private readonly Option<string[]> keys = Texts("--service-account-key-file", "FILE", "Further PEM keys, private or public, that vouch for them. May be given several times. Followed when they change.");
    private readonly Option<string[]> audiences = Texts("--api-audiences", "NAME[,NAME]", "Whom tokens for this server are meant for; without it, the issuers.");
    private readonly Option<string> lifetime = Text("--service-account-max-token-expiration", "DURATION", "For how long such a token is valid at most, as 24h.");
    private readonly Option<string> extends = Text("--service-account-extend-token-expiration", "true|false", "Whether tokens of pods are valid for a year, for programs that read theirs only once (true).");
    private readonly Option<string> address = Text("--service-account-jwks-uri", "URL", "Where others find the keys; without it, at this server.");

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[issuers, signing, keys, audiences, lifetime, extends, address])
        {
            command.Add(option);
        }
    }

    /// <summary><paramref name="config"/> with what is asked for.</summary>
    /// <exception cref="ClusterException">The options are not what they must be.</exception>
    public ServiceAccountTokenConfig Apply(ParseResult arguments, ServiceAccountTokenConfig config)
    {
        var signer = arguments.GetValue(signing)!;
        var from = arguments.GetValue(issuers) ?? [];
        if (from.FirstOrDefault(static issuer => issuer.Length == 0 || (issuer.Contains(':', StringComparison.Ordinal) && !Uri.TryCreate(issuer, UriKind.Absolute, out _))) is { } odd)
        {
            throw new ClusterException($"--service-account-issuer is \"{odd}\"", "give an address such as https://issuer.example.com");
        }

        if (arguments.GetValue(address) is { Length: > 0 } uri && !(Uri.TryCreate(uri, UriKind.Absolute, out var parsed) && parsed.Scheme == Uri.UriSchemeHttps))
        {
            throw new ClusterException($"--service-account-jwks-uri is \"{uri}\"", "give an address that begins with https://");
        }

        return config with
        {
            KeyFiles = [.. signer.Length > 0 ? [signer] : config.KeyFiles, .. arguments.GetValue(keys) ?? []],
            KeepsKeys = config.KeepsKeys && signer.Length == 0,
            Issuers = from.Length > 0 ? from : config.Issuers,
            Audiences = [.. (arguments.GetValue(audiences) ?? []).SelectMany(static text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))],
            LifetimeMax = Lifetime(arguments.GetValue(lifetime)!),
            KeysAddress = arguments.GetValue(address)!,
            ExtendsLifetime = arguments.GetValue(extends) switch
            {
                "" => config.ExtendsLifetime,
                "true" => true,
                "false" => false,
                var other => throw new ClusterException($"--service-account-extend-token-expiration is \"{other}\"", "give true or false"),
            },
        };
    }

    private static TimeSpan? Lifetime(string text)
    {
        if (text is "" or "0")
        {
            return null;
        }

        var seconds = text.Length > 1 && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? text[^1] switch { 'h' => number * 3600, 'm' => number * 60, 's' => number, _ => 0 } : 0;
        return seconds >= LifetimeMin.TotalSeconds && seconds <= LifetimeMax.TotalSeconds ? TimeSpan.FromSeconds(seconds)
            : throw new ClusterException($"--service-account-max-token-expiration is \"{text}\"", "give a time from 1h to 2^32 seconds, as 24h");
    }

    private static Option<string> Text(string name, string help, string description) => new(name) { Description = description, HelpName = help, DefaultValueFactory = _ => "" };

    private static Option<string[]> Texts(string name, string help, string description) => new(name) { Description = description, HelpName = help };
}
