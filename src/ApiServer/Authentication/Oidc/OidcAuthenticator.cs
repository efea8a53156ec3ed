using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Navarch.ApiServer.Authentication.Oidc;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Json;

namespace Navarch.ApiServer.Authentication;

/// <summary>Knows the holders of id tokens of one OpenID Connect issuer.</summary>
internal sealed class OidcAuthenticator(OidcConfig config, TimeProvider time, ILogger log) : ITokenAuthenticator, IDisposable
{
    private const int KnownMax = 10_000;

    private readonly IssuerKeys keys = new(config, time, log);

    // A signature is checked once, not on every request.
    private readonly ConcurrentDictionary<string, JsonWebToken> verified = new(StringComparer.Ordinal);

    public async ValueTask<UserInfo?> FindAsync(string token, CancellationToken ct)
    {
        if (!verified.TryGetValue(token, out var parsed))
        {
            parsed = JsonWebToken.Parse(token);
            if (parsed is null || parsed.Claims.FindText("iss") != config.IssuerUrl.OriginalString || !config.SigningAlgorithms.Contains(parsed.Algorithm)
                || !(await keys.FindAsync(parsed.KeyId, ct)).Any(key => key.Signed(parsed)))
            {
                return null;
            }

            if (verified.Count >= KnownMax)
            {
                verified.Clear();
            }

            verified[token] = parsed;
        }

        return UserOf(parsed);
    }

    public void Dispose() => keys.Dispose();

    private UserInfo? UserOf(JsonWebToken token)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        if (token.Seconds("exp") is not { } until || now >= until || now < token.Seconds("nbf") || !token.Texts("aud").Contains(config.ClientId)
            || config.RequiredClaims.Any(required => token.Claims.FindText(required.Key) != required.Value)
            || token.Claims.FindText(config.UserNameClaim) is not { Length: > 0 } name)
        {
            return null;
        }

        // An address that the issuer has not verified is somebody's claim to be somebody.
        if (config.UserNameClaim == "email" && token.Claims["email_verified"] is { } said && said is not JsonBoolean { Value: true })
        {
            return null;
        }

        var groups = config.GroupsClaim.Length == 0 ? [] : token.Texts(config.GroupsClaim).Select(group => config.GroupsPrefix + group);
        return new UserInfo(NamePrefix + name, [.. groups, "system:authenticated"]);
    }

    private string NamePrefix => config.UserNamePrefix switch
    {
        "-" => "",
        null => config.UserNameClaim == "email" ? "" : config.IssuerUrl.OriginalString + "#",
        var prefix => prefix,
    };
}
