using Microsoft.AspNetCore.Http;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Streaming;

namespace Navarch.ApiServer.Tokens;

/// <summary>Knows the holders of service accounts' tokens.</summary>
internal sealed class BearerTokenAuthenticator(ServiceAccountTokens tokens) : IAuthenticator
{
    private const string Scheme = "Bearer ";

    public ValueTask<UserInfo?> AuthenticateAsync(HttpContext http, CancellationToken ct)
    {
        var header = http.Request.Headers.Authorization.ToString();
        var token = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : WebSocketProtocols.TakeToken(http.Request.Headers);
        return new(token is null ? null : tokens.Find(token, tokens.Audiences, out _));
    }
}
