using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Navarch.Kubelet.Server;

/// <summary>The certificate that the kubelet's server shows.</summary>
internal static class ServerCertificate
{
    private const int DaysValid = 365;

    /// <exception cref="CryptographicException">The files are not a certificate and its key.</exception>
    public static X509Certificate2 Load(KubeletConfig config) =>
        config.TlsCertFile.Length > 0 ? X509Certificate2.CreateFromPemFile(config.TlsCertFile, config.TlsKeyFile) : SelfSigned(config);

    /// <summary>For a kubelet that was given none: encrypted, but known to nobody.</summary>
    private static X509Certificate2 SelfSigned(KubeletConfig config)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={config.NodeName}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(config.NodeName);
        names.AddIpAddress(IPAddress.Parse(config.NodeIP));
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddHours(-1), now.AddDays(DaysValid));
    }
}
