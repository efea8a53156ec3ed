using Navarch.Api.Certificates.V1;
using Navarch.Client;

namespace Navarch.Controllers.Certificates;

/// <summary>When to look again at a request that could not be approved: what stands in its way may be removed without a word.</summary>
internal static class ApprovalRetry
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(2);

    /// <summary>Ever more rarely: after half of its age again, until the request is cleaned away.</summary>
    public static ReconcileResult Of(CertificateSigningRequest request, DateTimeOffset now)
    {
        var age = now - (request.Metadata.CreationTimestamp ?? now);
        return ReconcileResult.After(age / 2 > First ? age / 2 : First);
    }
}
