using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Authentication;

/// <summary>
/// Knows the tokens with which machines join: secrets of the type <c>bootstrap.kubernetes.io/token</c> in kube-system.
/// A deleted or expired secret is no token any more.
/// </summary>
internal sealed partial class BootstrapTokenAuthenticator(Catalog catalog, TimeProvider time) : ITokenAuthenticator
{
    private const string SecretType = "bootstrap.kubernetes.io/token";
    private const string Group = "system:bootstrappers";

    public ValueTask<UserInfo?> FindAsync(string token, CancellationToken ct) => new(Find(token));

    private UserInfo? Find(string token)
    {
        if (Form.Match(token) is not { Success: true } match)
        {
            return null;
        }

        var (id, given) = (match.Groups[1].Value, match.Groups[2].Value);
        if (catalog.Get<Secret>().Objects.Current.Objects.Find($"kube-system/bootstrap-token-{id}")?.Value is not Secret { Type: SecretType, Metadata.DeletionTimestamp: null } secret
            || !CryptographicOperations.FixedTimeEquals(secret.Data.Find("token-secret").Span, Encoding.ASCII.GetBytes(given))
            || Text(secret, "token-id") != id || Text(secret, "usage-bootstrap-authentication") != "true" || IsExpired(secret))
        {
            return null;
        }

        var groups = new List<string> { Group };
        foreach (var extra in Text(secret, "auth-extra-groups").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!ExtraGroup.IsMatch(extra))
            {
                return null; // No token gives more than what bootstrapping is meant for.
            }

            groups.Add(extra);
        }

        return new UserInfo("system:bootstrap:" + id, [.. groups, "system:authenticated"]);
    }

    private bool IsExpired(Secret secret) => Text(secret, "expiration") is { Length: > 0 } expiration
        && (!DateTimeOffset.TryParse(expiration, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var until) || until < time.GetUtcNow());

    private static string Text(Secret secret, string key) => Encoding.UTF8.GetString(secret.Data.Find(key).Span);

    [GeneratedRegex(@"^([a-z0-9]{6})\.([a-z0-9]{16})\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Form { get; }

    [GeneratedRegex(@"^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ExtraGroup { get; }
}
