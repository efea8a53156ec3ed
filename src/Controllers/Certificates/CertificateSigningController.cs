using System.Security.Cryptography;
using System.Text;
using Navarch.Api.Certificates.V1;
using Navarch.Client;
using Navarch.Machinery.Certificates;

namespace Navarch.Controllers.Certificates;

/// <summary>Gives approved requests of the kubernetes.io signers their certificates, or says why they get none.</summary>
public sealed class CertificateSigningController(
    Informer<CertificateSigningRequest> requests, IClient client, SigningAuthority authority, TimeProvider time) : IReconciler
{
    public string Name => "certificatesigningrequest-signing-controller";

    public IEnumerable<Trigger> Triggers => [Trigger.On(requests)];

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        if (requests.TryGet(key, out var request) && Plan(request, authority, time.GetUtcNow()) is { } changed)
        {
            await client.UpdateStatusAsync(changed, ct);
        }

        return ReconcileResult.Done;
    }

    /// <summary>The request with what it gets; null where there is nothing to do.</summary>
    internal static CertificateSigningRequest? Plan(CertificateSigningRequest request, SigningAuthority authority, DateTimeOffset now)
    {
        if (!request.IsApproved || request.HasFailed || request.IsIssued || !SignerRules.IsKnown(request.Spec.SignerName))
        {
            return null;
        }

        SigningRequest wanted;
        try
        {
            wanted = SigningRequest.Parse(request.Spec.Request.Span);
        }
        catch (CryptographicException e)
        {
            return Failed(e.Message); // Stored by a server that saw it otherwise: it will not get better.
        }

        return SignerRules.FindProblem(request.Spec.SignerName, wanted, request.Spec.Usages) is { } problem
            ? Failed(problem)
            : request with
            {
                Status = request.Status with { Certificate = Encoding.ASCII.GetBytes(authority.Sign(wanted, request.Spec.Usages, request.Spec.ExpirationSeconds)) },
            };

        CertificateSigningRequest Failed(string message) => request.With(RequestConditionType.CertificateFailed, "SignerValidationFailure", message, now);
    }
}
