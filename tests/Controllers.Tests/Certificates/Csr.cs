using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Navarch.Api.Certificates.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Controllers.Tests.Certificates;

/// <summary>Requests for certificates, made to order.</summary>
internal static class Csr
{
    public const string ApiClient = "kubernetes.io/kube-apiserver-client";
    public const string KubeletClient = "kubernetes.io/kube-apiserver-client-kubelet";
    public const string KubeletServing = "kubernetes.io/kubelet-serving";

    public static readonly string[] ClientUsages = ["digital signature", "client auth"];
    public static readonly string[] ServerUsages = ["digital signature", "server auth"];

    public static string Pem(string subject, Action<SubjectAlternativeNameBuilder>? names = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        if (names is not null)
        {
            var builder = new SubjectAlternativeNameBuilder();
            names(builder);
            request.CertificateExtensions.Add(builder.Build());
        }

        return request.CreateSigningRequestPem();
    }

    public static CertificateSigningRequest Of(string signer, string pem, string[] usages, string user = "system:node:n1", params string[] conditions) => new()
    {
        Metadata = new ObjectMeta { Name = "r" },
        Spec = new CertificateSigningRequestSpec
        {
            Request = Encoding.ASCII.GetBytes(pem), SignerName = signer, Usages = usages, Username = user, Groups = ["system:nodes", "system:authenticated"],
        },
        Status = new CertificateSigningRequestStatus { Conditions = [.. conditions.Select(static type => new CertificateSigningRequestCondition { Type = type, Status = "True" })] },
    };

    public static void ServingNames(SubjectAlternativeNameBuilder names)
    {
        names.AddDnsName("n1");
        names.AddIpAddress(IPAddress.Parse("10.0.0.1"));
    }

    public static X509Certificate2 Authority(DateTimeOffset from, DateTimeOffset until, bool isRsa = false)
    {
        using var rsa = RSA.Create(2048);
        var request = isRsa
            ? new CertificateRequest("CN=test-ca", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=test-ca", ECDsa.Create(ECCurve.NamedCurves.nistP256), HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(from, until);
    }
}
