using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Authentication;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Json;
using Navarch.Machinery.Tokens;

namespace Navarch.ApiServer.Tokens;

/// <summary>
/// Knows the tokens that lie in Secrets: good without an end for as long as the Secret holds exactly this token and the account
/// exists. The day of the last use is kept in a label of the Secret.
/// </summary>
internal sealed partial class SecretTokens(TokenKeyRing ring, ObjectWriter objects, Catalog catalog, TimeProvider time, ILogger log) : ITokenAuthenticator
{
    public const string Issuer = "kubernetes/serviceaccount";

    private const string Prefix = "kubernetes.io/serviceaccount/";

    public async ValueTask<UserInfo?> FindAsync(string token, CancellationToken ct)
    {
        if (ring.FindClaims(token) is not { } claims || claims.FindText("iss") != Issuer)
        {
            return null;
        }

        var (space, name) = (Claim(claims, "namespace"), Claim(claims, "service-account.name"));
        var user = ServiceAccountTokens.UserName(space, name);
        if (claims.FindText("sub") != user
            || Find<Secret>(space, Claim(claims, "secret.name")) is not { } secret
            || !CryptographicOperations.FixedTimeEquals(secret.Data.Find("token").Span, Encoding.UTF8.GetBytes(token))
            || Find<ServiceAccount>(space, name) is not { } account
            || account.Metadata.UID != Claim(claims, "service-account.uid"))
        {
            return null;
        }

        await NoteUseAsync(secret, ct); // Also of a token that was ended for want of use: who ended it by mistake sees who needs it.
        return secret.Metadata.Labels.Find(TokenSecrets.InvalidSince) is { Length: > 0 } ? null : new UserInfo(user, ServiceAccountTokens.GroupsOf(space)) { Uid = account.Metadata.UID };
    }

    private static string Claim(JsonObject claims, string name) => claims.FindText(Prefix + name) ?? "";

    private T? Find<T>(string space, string name) where T : class, Api.IResource<T>
    {
        var kind = catalog.Get<T>();
        return kind.Objects.Current.Objects.Find(kind.Key(space, name))?.Value is T { Metadata.DeletionTimestamp: null } found ? found : null;
    }

    // Once a day and Secret.
    private async Task NoteUseAsync(Secret secret, CancellationToken ct)
    {
        var today = TokenSecrets.Day(time.GetUtcNow());
        if (secret.Metadata.Labels.Find(TokenSecrets.LastUsed) == today)
        {
            return;
        }

        try
        {
            await objects.UpdateAsync(
                catalog.Get<Secret>(),
                secret.Metadata.Namespace,
                secret.Metadata.Name,
                current => Used((Secret)current.Value, today),
                UpdateScope.Main,
                new WriteOptions(UserInfo.Server) { FieldManager = "legacy-service-account-token-tracking" },
                ct);
        }
        catch (StatusException e)
        {
            LogNotNoted($"{secret.Metadata.Namespace}/{secret.Metadata.Name}", e); // The token is good all the same.
        }
    }

    private static Secret Used(Secret secret, string day) => secret with { Metadata = secret.Metadata with { Labels = secret.Metadata.Labels.With(TokenSecrets.LastUsed, day) } };

    [LoggerMessage(LogLevel.Warning, "could not note that the token in the Secret {Secret} was used")]
    private partial void LogNotNoted(string secret, Exception cause);
}
