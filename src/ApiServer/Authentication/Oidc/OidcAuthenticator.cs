using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Navarch.ApiServer.Authentication.Oidc;
using Navarch.ApiServer.Registry;
using Navarch.Client;

namespace Navarch.ApiServer.Authentication;

/// <summary>
/// Knows the holders of id tokens of OpenID Connect issuers: of one that options name, or of those of a file that is followed while the
/// server runs. The file also says who is let in without credentials.
/// </summary>
internal sealed partial class OidcAuthenticator : ITokenAuthenticator, IDisposable
{
    private readonly AuthenticationConfig config;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly Trust byOptions;
    private readonly FileValue<Trust>? byFile;

    // Of the file as it was read last. One reads at a time.
    private IReadOnlyList<IssuerVerifier> named = [];

    /// <param name="reserved">Issuers of this server's own tokens.</param>
    /// <exception cref="InvalidDataException">The file cannot be used, or the issuer that options name is none that can be believed.</exception>
    public OidcAuthenticator(AuthenticationConfig config, IReadOnlyList<string> reserved, TimeProvider time, ILogger log)
    {
        (this.config, this.time, this.log) = (config, time, log);
        var file = new AuthenticationFile(config.Oidc is { } asked ? [OidcIssuer.Of(asked)] : [], null);
        AuthenticationFileRules.Require(file, reserved);
        byOptions = new Trust([.. file.Issuers.Select(Verifier)], config.AnonymousPaths);
        byFile = config.File is { Length: > 0 } path ? new FileValue<Trust>([path], () => Read(path, reserved), time, LogUnusable) : null;
    }

    /// <summary>Where who brings no credentials may go; null for everywhere.</summary>
    public IReadOnlyList<string>? AnonymousPaths => Current.AnonymousPaths;

    private Trust Current => byFile?.Current ?? byOptions;

    public async ValueTask<UserInfo?> FindAsync(string token, CancellationToken ct)
    {
        var trust = Current;
        if (!trust.Verified.TryGetValue(token, out var known))
        {
            if (trust.Issuers.Count == 0 || JsonWebToken.Parse(token) is not { } parsed || parsed.Claims.FindText("iss") is not { } url
                || !trust.Issuers.TryGetValue(url, out var issuer) || await issuer.VerifyAsync(parsed, ct) is not { } verified)
            {
                return null;
            }

            trust.Remember(token, known = verified);
        }

        return known.UserAt(time.GetUtcNow().ToUnixTimeSeconds());
    }

    /// <remarks>Issuers that the file does not name any more are not disposed of: a request may still wait for their keys, and their idle connections end by themselves.</remarks>
    public void Dispose()
    {
        foreach (var issuer in Current.Issuers.Values)
        {
            issuer.Dispose();
        }
    }

    private Trust Read(string path, IReadOnlyList<string> reserved)
    {
        var file = AuthenticationFile.Load(path, reserved);
        if (file.Anonymous is not null && config.AnonymousIsChosen)
        {
            throw new InvalidDataException($"{path}: anonymous: Forbidden: --anonymous-auth flag cannot be set when anonymous field is configured in authentication configuration file");
        }

        // An issuer that stays as it is keeps its keys: it need not be reached for others to come and go.
        named = [.. file.Issuers.Select(issuer => named.FirstOrDefault(known => known.Issuer.Source == issuer.Source) ?? Verifier(issuer))];
        var trust = new Trust(named, file.Anonymous switch
        {
            null => config.AnonymousPaths,
            { IsEnabled: false } => [],
            { Paths: [] } => null,
            var some => some.Paths,
        });
        LogIssuers(path, file.Issuers.Count);
        return trust;
    }

    private IssuerVerifier Verifier(TokenIssuer issuer) => new(issuer, time, log);

    [LoggerMessage(LogLevel.Information, "{Path} names {Count} issuers whose tokens are believed")]
    private partial void LogIssuers(string path, int count);

    [LoggerMessage(LogLevel.Error, "the file of issuers was changed but cannot be used; what it said before stands")]
    private partial void LogUnusable(Exception cause);

    /// <summary>Who is believed, and what is known of their tokens: a signature is checked once, not on every request.</summary>
    private sealed class Trust(IReadOnlyList<IssuerVerifier> issuers, IReadOnlyList<string>? anonymousPaths)
    {
        private const int KnownMax = 10_000;

        public IReadOnlyDictionary<string, IssuerVerifier> Issuers { get; } = issuers.ToDictionary(static verifier => verifier.Issuer.Url, StringComparer.Ordinal);

        public IReadOnlyList<string>? AnonymousPaths => anonymousPaths;

        public ConcurrentDictionary<string, VerifiedToken> Verified { get; } = new(StringComparer.Ordinal);

        public void Remember(string token, VerifiedToken verified)
        {
            if (Verified.Count >= KnownMax)
            {
                Verified.Clear();
            }

            Verified[token] = verified;
        }
    }
}
