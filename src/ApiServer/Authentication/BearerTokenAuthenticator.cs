using Microsoft.AspNetCore.Http;
using Navarch.ApiServer.Streaming;

namespace Navarch.ApiServer.Authentication;

/// <summary>Knows the holders of bearer tokens, of whatever kind.</summary>
internal sealed class BearerTokenAuthenticator(IReadOnlyList<ITokenAuthenticator> kinds) : IAuthenticator
{
    private const string Scheme = "Bearer ";

    public async ValueTask<Authenticated> AuthenticateAsync(HttpContext http, CancellationToken ct)
    {
        var header = http.Request.Headers.Authorization.ToString();
        var token = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : WebSocketProtocols.TakeToken(http.Request.Headers);
        if (string.IsNullOrEmpty(token))
        {
            return Authenticated.Nobody;
        }

        foreach (var kind in kinds)
        {
            if (await kind.FindAsync(token, ct) is { } user)
            {
                return Authenticated.As(user);
            }
        }

        return Authenticated.Refused;
    }
}
