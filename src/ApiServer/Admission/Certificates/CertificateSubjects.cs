using System.Security.Cryptography;
using Navarch.Api;
using Navarch.Api.Certificates.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Certificates;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission.Certificates;

/// <summary>Nobody gets a client certificate of the group that may do everything by asking for it.</summary>
internal sealed class CertificateSubjects : IAdmission
{
    private const string ClientSigner = "kubernetes.io/kube-apiserver-client";
    private const string Masters = "system:masters";

    public ValueTask<IResource> AdmitAsync(AdmissionRequest request, CancellationToken ct) =>
        request.Operation == "CREATE" && request.Value is CertificateSigningRequest { Spec.SignerName: ClientSigner } wanted && AsksForEverything(wanted)
            ? throw StatusErrors.Forbidden(CertificateSigningRequest.ResourceType, wanted.Metadata.Name, $"use of {ClientSigner} signer with {Masters} group is not allowed").AsException()
            : new(request.Value);

    private static bool AsksForEverything(CertificateSigningRequest wanted)
    {
        try
        {
            return SigningRequest.Parse(wanted.Spec.Request.Span).Subject.Organizations.Contains(Masters);
        }
        catch (CryptographicException)
        {
            return false; // No request at all: the rules of the kind refuse it.
        }
    }
}
