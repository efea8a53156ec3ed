using System.Text;
using Navarch.Api.Core.V1;
using Navarch.Client;
using Navarch.Machinery.Json;
using Navarch.Machinery.Tokens;

namespace Navarch.Controllers;

/// <summary>
/// Keeps a token, the cluster's authority and the namespace in every Secret that asks for the token of an account, and removes
/// those whose account is gone. The token does not end by itself: it is good for as long as the Secret holds it.
/// </summary>
/// <param name="secrets">Those of the type <c>kubernetes.io/service-account-token</c>.</param>
/// <param name="certificates">The cluster's authorities, PEM, as of now; null leaves them out.</param>
/// <param name="signingKey">The key that signs now.</param>
public sealed class TokenSecretController(
    Informer<Secret> secrets, Informer<ServiceAccount> accounts, IClient client, Func<string>? certificates, Func<TokenKey> signingKey, TimeProvider time) : IReconciler
{
    public static readonly ListQuery Scope = new() { FieldSelector = $"type={SecretType.ServiceAccountToken}" };

    private const string Issuer = "kubernetes/serviceaccount";

    public string Name => "serviceaccount-token";

    public IEnumerable<Trigger> Triggers =>
    [
        Trigger.On(secrets),
        Trigger.On(accounts, SecretsOf),
        .. certificates is null ? (Trigger[])[] : [Trigger.OnAll(secrets, certificates, ControllerConfig.RootCertificatesPeriod, time)],
    ];

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        if (!secrets.TryGet(key, out var secret) || secret.Metadata.DeletionTimestamp is not null)
        {
            return ReconcileResult.Done;
        }

        if (secret.Metadata.Annotations.Find(TokenSecrets.AccountName) is not { Length: > 0 } accountName)
        {
            return ReconcileResult.Done; // It is of nobody. The API server lets none such in.
        }

        // An account is often made together with its Secret, and seen here after it.
        var name = new NamespacedName(key.Namespace, accountName);
        var account = accounts.Find(name) ?? await client.FindAsync<ServiceAccount>(name, ct);
        if (account is null || (secret.Metadata.Annotations.Find(TokenSecrets.AccountUid) is { Length: > 0 } uid && uid != account.Metadata.UID))
        {
            await client.DeleteAsync(secret, ct);
            return ReconcileResult.Done;
        }

        var filled = Filled(secret, account, certificates?.Invoke() ?? "", signingKey);
        if (!filled.Equals(secret))
        {
            await client.UpdateAsync(filled, ct);
        }

        return ReconcileResult.Done;
    }

    /// <summary>The Secret with what is missing in it. What somebody has put there himself stays, but for the authority.</summary>
    internal static Secret Filled(Secret secret, ServiceAccount account, string certificate, Func<TokenKey> signingKey)
    {
        var data = secret.Data;
        if (certificate.Length > 0 && !data.Find("ca.crt").Span.SequenceEqual(Encoding.UTF8.GetBytes(certificate)))
        {
            data = data.With("ca.crt", Encoding.UTF8.GetBytes(certificate));
        }

        if (data.Find("namespace").Length == 0)
        {
            data = data.With("namespace", Encoding.UTF8.GetBytes(secret.Metadata.Namespace));
        }

        if (data.Find("token").Length == 0)
        {
            data = data.With("token", Encoding.UTF8.GetBytes(signingKey().Sign(Claims(secret, account))));
        }

        return secret with
        {
            Data = data,
            Metadata = secret.Metadata with { Annotations = secret.Metadata.Annotations.With(TokenSecrets.AccountUid, account.Metadata.UID) },
        };
    }

    private static JsonObject Claims(Secret secret, ServiceAccount account)
    {
        var claims = new JsonObject();
        Set("iss", Issuer);
        Set("kubernetes.io/serviceaccount/namespace", secret.Metadata.Namespace);
        Set("kubernetes.io/serviceaccount/secret.name", secret.Metadata.Name);
        Set("kubernetes.io/serviceaccount/service-account.name", account.Metadata.Name);
        Set("kubernetes.io/serviceaccount/service-account.uid", account.Metadata.UID);
        Set("sub", $"system:serviceaccount:{account.Metadata.Namespace}:{account.Metadata.Name}");
        return claims;

        void Set(string name, string value) => claims.Set(name, new JsonText(value));
    }

    private IEnumerable<NamespacedName> SecretsOf(ServiceAccount account) =>
        secrets.List(account.Metadata.Namespace).Where(secret => secret.Metadata.Annotations.Find(TokenSecrets.AccountName) == account.Metadata.Name).Select(NamespacedName.Of);
}
