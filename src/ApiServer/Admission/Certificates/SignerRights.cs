using Navarch.Api.Certificates.V1;
using Navarch.ApiServer.Authorization;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission.Certificates;

/// <summary>
/// Who approves a request for a certificate must be allowed to approve for its signer, beside being allowed to write the
/// approval; and who signs it, to sign for that signer.
/// </summary>
/// <param name="verb"><c>approve</c> or <c>sign</c>.</param>
/// <param name="subresource">Through which that is done.</param>
internal sealed class SignerRights(IAuthorizer authorizer, string verb, string subresource) : IAdmission
{
    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request is not { Operation: "UPDATE", Value: CertificateSigningRequest value, Old: CertificateSigningRequest old } || request.Options.Subresource != subresource
            || (verb == "sign" && value.Status.Certificate.Span.SequenceEqual(old.Status.Certificate.Span) && value.Status.Conditions.ToHashSet().SetEquals(old.Status.Conditions)))
        {
            return;
        }

        // All signers of a domain may be granted at once.
        var signer = old.Spec.SignerName;
        var domain = signer.IndexOf('/', StringComparison.Ordinal);
        if (!await MayAsync(request, signer, ct) && !(domain >= 0 && await MayAsync(request, $"{signer[..domain]}/*", ct)))
        {
            throw StatusErrors.Forbidden(
                CertificateSigningRequest.ResourceType, value.Metadata.Name, $"user not permitted to {verb} requests with signerName {GoText.Quote(signer)}").AsException();
        }
    }

    private async ValueTask<bool> MayAsync(AdmissionRequest request, string name, CancellationToken ct)
    {
        var question = new RequestInfo { Verb = verb, Path = "", IsResource = true, Group = CertificateSigningRequest.ResourceType.Group, Version = "*", Resource = "signers", Name = name };
        return (await authorizer.DecideAsync(request.Options.User, question, ct)).IsAllowed;
    }
}
