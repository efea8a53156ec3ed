using System.Security.Cryptography;
using Navarch.Api.Authorization.V1;
using Navarch.Api.Certificates.V1;
using Navarch.Client;
using Navarch.Machinery.Certificates;

namespace Navarch.Controllers.Certificates;

/// <summary>
/// Approves what kubelets ask for to speak to the API server, where who asks may have such certificates: for a node of its own
/// (<c>selfnodeclient</c>), or for any (<c>nodeclient</c>, who is about to become one).
/// </summary>
public sealed class KubeletClientApprover(Informer<CertificateSigningRequest> requests, IClient client, TimeProvider time) : IReconciler
{
    public string Name => "certificatesigningrequest-approving-controller";

    public IEnumerable<Trigger> Triggers => [Trigger.On(requests)];

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        if (!requests.TryGet(key, out var request))
        {
            return ReconcileResult.Done;
        }

        var questions = Questions(request).ToList();
        foreach (var (right, message) in questions)
        {
            if (await MayAsync(request, right, ct))
            {
                await client.UpdateSubresourceAsync(request.With(RequestConditionType.CertificateApproved, "AutoApproved", message, time.GetUtcNow()), "approval", ct);
                return ReconcileResult.Done;
            }
        }

        return questions.Count == 0 ? ReconcileResult.Done : ApprovalRetry.Of(request, time.GetUtcNow());
    }

    /// <summary>Which rights would do, with what is said when they do; none where the request is none of ours.</summary>
    internal static IEnumerable<(string Right, string Message)> Questions(CertificateSigningRequest request)
    {
        if (request.IsIssued || request.IsDecided || request.Spec.SignerName != SignerRules.KubeletClient)
        {
            yield break;
        }

        SigningRequest wanted;
        try
        {
            wanted = SigningRequest.Parse(request.Spec.Request.Span);
        }
        catch (CryptographicException)
        {
            yield break;
        }

        if (SignerRules.FindProblem(SignerRules.KubeletClient, wanted, request.Spec.Usages) is not null)
        {
            yield break;
        }

        if (wanted.Subject.CommonName == request.Spec.Username)
        {
            yield return ("selfnodeclient", "Auto approving self kubelet client certificate after SubjectAccessReview.");
        }

        yield return ("nodeclient", "Auto approving kubelet client certificate after SubjectAccessReview.");
    }

    private async Task<bool> MayAsync(CertificateSigningRequest request, string right, CancellationToken ct)
    {
        var (spec, type) = (request.Spec, CertificateSigningRequest.ResourceType);
        var review = await client.CreateAsync(
            new SubjectAccessReview
            {
                Spec = new SubjectAccessReviewSpec
                {
                    User = spec.Username,
                    UID = spec.UID,
                    Groups = spec.Groups,
                    Extra = spec.Extra,
                    ResourceAttributes = new ResourceAttributes { Verb = "create", Group = type.Group, Version = "*", Resource = type.Plural, Subresource = right },
                },
            },
            ct);
        return review.Status.Allowed;
    }
}
