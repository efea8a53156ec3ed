using Microsoft.AspNetCore.Http;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Tokens;

/// <summary>Knows the holders of service accounts' tokens.</summary>
internal sealed class BearerTokenAuthenticator(ServiceAccountTokens tokens) : IAuthenticator
{
    private const string Scheme = "Bearer ";

    public ValueTask<UserInfo?> AuthenticateAsync(HttpContext http, CancellationToken ct)
    {
        var header = http.Request.Headers.Authorization.ToString();
        return new(header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? tokens.Find(header[Scheme.Length..].Trim(), tokens.Audiences, out _) : null);
    }
}
