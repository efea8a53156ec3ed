using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Navarch.Client;

namespace Navarch.Kubelet.Server;

/// <summary>
/// The certificate that the kubelet's server shows: what it was given by request or by file, whichever is newer. Each
/// handshake sees the one of its time.
/// </summary>
internal static class ServerCertificate
{
    private const int DaysValid = 365;

    /// <exception cref="CryptographicException">The files are not a certificate and its key.</exception>
    public static FileValue<X509Certificate2> Follow(KubeletConfig config, TimeProvider time)
    {
        var selfSigned = new Lazy<X509Certificate2>(() => SelfSigned(config, time.GetUtcNow()));
        var stored = config.ServerCertificateFile;
        return new FileValue<X509Certificate2>(
            [.. ((string[])[stored, config.TlsCertFile, config.TlsKeyFile]).Where(static path => path.Length > 0)],
            () => StoredCertificate.Newest(
                stored, config.TlsCertFile.Length > 0 ? X509Certificate2.CreateFromPemFile(config.TlsCertFile, config.TlsKeyFile) : null, time.GetUtcNow()) ?? selfSigned.Value,
            time);
    }

    /// <summary>For a kubelet that was given none: encrypted, but known to nobody.</summary>
    private static X509Certificate2 SelfSigned(KubeletConfig config, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={config.NodeName}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(config.NodeName);
        names.AddIpAddress(IPAddress.Parse(config.NodeIP));
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(now.AddHours(-1), now.AddDays(DaysValid));
    }
}
