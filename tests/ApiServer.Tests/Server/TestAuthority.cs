using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Navarch.ApiServer.Tests.Server;

/// <summary>A certificate authority that lives as long as a test.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly DateTimeOffset now = TimeProvider.System.GetUtcNow();

    public TestAuthority(string name = "navarch-test-ca")
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        Certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
    }

    public X509Certificate2 Certificate { get; }

    public X509Certificate2 Server() => Sign("CN=kube-apiserver", "1.3.6.1.5.5.7.3.1");

    /// <summary>A server's certificate for one name alone.</summary>
    public X509Certificate2 Server(string name) => Sign($"CN={name}", "1.3.6.1.5.5.7.3.1", now.AddHours(-1), now.AddDays(1), name);

    public X509Certificate2 Client(string user, params string[] groups) =>
        Sign(string.Concat(groups.Select(group => $"O={group},")) + $"CN={user}", "1.3.6.1.5.5.7.3.2");

    /// <summary>A client's certificate for another time than now.</summary>
    public X509Certificate2 Client(string user, DateTimeOffset from, DateTimeOffset until) => Sign($"CN={user}", "1.3.6.1.5.5.7.3.2", from, until);

    public void Dispose() => Certificate.Dispose();

    public X509Certificate2 Sign(string subject, string usage) => Sign(subject, usage, now.AddHours(-1), now.AddDays(1));

    private X509Certificate2 Sign(string subject, string usage, DateTimeOffset from, DateTimeOffset until, string? onlyName = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        var names = new SubjectAlternativeNameBuilder();
        if (onlyName is null)
        {
            names.AddIpAddress(IPAddress.Loopback);
        }

        names.AddDnsName(onlyName ?? "localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(Certificate.GetECDsaPrivateKey()!), from, until, RandomNumberGenerator.GetBytes(8));
        using var whole = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}
