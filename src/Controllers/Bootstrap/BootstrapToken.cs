using System.Globalization;
using System.Text;
using Navarch.Api.Core.V1;
using Navarch.Client;

namespace Navarch.Controllers;

/// <summary>What a Secret of the type <c>bootstrap.kubernetes.io/token</c> says.</summary>
internal static class BootstrapToken
{
    public const string Namespace = "kube-system";

    private const string NamePrefix = "bootstrap-token-";

    public static readonly ListQuery Scope = ListQuery.In(Namespace) with { FieldSelector = $"type={SecretType.BootstrapToken}" };

    extension(Secret secret)
    {
        public string TokenId => secret.TokenText("token-id");

        /// <summary>Null for a token without an end; long ago where the Secret names an end that is none.</summary>
        public DateTimeOffset? TokenEnd => secret.TokenText("expiration") is not { Length: > 0 } text ? null
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end) ? end : DateTimeOffset.MinValue;

        /// <summary>Whether what is signed with the token may be believed by its holders.</summary>
        public bool MaySign(DateTimeOffset now) =>
            secret.TokenId.Length > 0 && secret.Metadata.Name == NamePrefix + secret.TokenId && secret.Data.Find("token-secret").Length > 0
            && secret.Metadata.DeletionTimestamp is null && secret.TokenText("usage-bootstrap-signing") == "true" && !(secret.TokenEnd <= now);

        private string TokenText(string key) => Encoding.UTF8.GetString(secret.Data.Find(key).Span);
    }
}
