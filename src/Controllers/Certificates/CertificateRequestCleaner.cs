using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Navarch.Api.Certificates.V1;
using Navarch.Client;

namespace Navarch.Controllers.Certificates;

/// <summary>Removes requests for certificates that nobody waits for any more. Certificates stay good without them.</summary>
public sealed class CertificateRequestCleaner(Informer<CertificateSigningRequest> requests, IClient client, TimeProvider time) : IReconciler
{
    private static readonly TimeSpan AfterDecision = TimeSpan.FromHours(1);
    private static readonly TimeSpan AfterCreation = TimeSpan.FromHours(24);

    public string Name => "certificatesigningrequest-cleaner-controller";

    public IEnumerable<Trigger> Triggers => [Trigger.On(requests)];

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        if (!requests.TryGet(key, out var request) || End(request) is not { } end)
        {
            return ReconcileResult.Done;
        }

        var left = end - time.GetUtcNow();
        return left > TimeSpan.Zero ? ReconcileResult.After(left) : await client.ApplyAsync([new Change.Delete<CertificateSigningRequest>(request)], ct);
    }

    /// <summary>When it is to go; null: not as it is now.</summary>
    internal static DateTimeOffset? End(CertificateSigningRequest request)
    {
        var ends = request.Status.Conditions
            .Where(static condition => condition.Type is RequestConditionType.CertificateApproved or RequestConditionType.CertificateDenied or RequestConditionType.CertificateFailed)
            .Select(static condition => condition.LastUpdateTime + AfterDecision)
            .Append(request.Status.Conditions.Count == 0 ? request.Metadata.CreationTimestamp + AfterCreation : null)
            .Append(Expiry(request));
        return ends.Min();
    }

    private static DateTimeOffset? Expiry(CertificateSigningRequest request)
    {
        if (!request.IsIssued)
        {
            return null;
        }

        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(System.Text.Encoding.Latin1.GetString(request.Status.Certificate.Span));
            return chain.Count > 0 ? new DateTimeOffset(chain[0].NotAfter.ToUniversalTime()) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
