using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Tokens;

namespace Navarch.ApiServer.Authentication;

/// <summary>Knows the tokens of service accounts that are meant for this server.</summary>
internal sealed class ServiceAccountAuthenticator(ServiceAccountTokens tokens) : ITokenAuthenticator
{
    public ValueTask<UserInfo?> FindAsync(string token, CancellationToken ct) => new(tokens.Find(token, tokens.Audiences, out _));
}
