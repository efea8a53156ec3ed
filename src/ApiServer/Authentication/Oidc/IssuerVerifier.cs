using Microsoft.Extensions.Logging;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Authentication.Oidc;

/// <summary>Knows which tokens an issuer signed, and for whom.</summary>
internal sealed partial class IssuerVerifier(TokenIssuer issuer, TimeProvider time, ILogger log) : IDisposable
{
    // Clocks differ: a token that was issued a moment ago may be from the future here.
    private const long SecondsAhead = 5 * 60;

    private readonly IssuerKeys keys = new(issuer, time, log);
    private readonly ClaimMapper mapper = new(issuer);

    public TokenIssuer Issuer => issuer;

    /// <summary>The token with its holder, who is nobody where the token is not for this server or breaks a rule; null where the issuer has not signed it.</summary>
    public async ValueTask<VerifiedToken?> VerifyAsync(JsonWebToken token, CancellationToken ct)
    {
        if (!issuer.Algorithms.Contains(token.Algorithm) || !(await keys.FindAsync(token.KeyId, ct)).Any(key => key.Signed(token)))
        {
            return null;
        }

        var problem = "it is meant for somebody else";
        var user = token.Texts("aud").Any(issuer.Audiences.Contains) ? mapper.Find(token, out problem) : null;
        if (user is null)
        {
            LogRefused(issuer.Url, problem);
        }

        return new VerifiedToken(user, token.Seconds("nbf") - SecondsAhead ?? long.MinValue, token.Seconds("exp") ?? long.MinValue);
    }

    public void Dispose() => keys.Dispose();

    [LoggerMessage(LogLevel.Information, "a token of {Issuer} is refused: {Problem}")]
    private partial void LogRefused(string issuer, string problem);
}

/// <summary>What there is to know of a token whose signature was checked.</summary>
/// <param name="User">Null where its holder is nobody.</param>
/// <param name="From">Seconds since 1970.</param>
/// <param name="Until">Seconds since 1970; long ago where the token does not say it.</param>
internal sealed record VerifiedToken(UserInfo? User, long From, long Until)
{
    public UserInfo? UserAt(long now) => now >= From && now < Until ? User : null;
}
