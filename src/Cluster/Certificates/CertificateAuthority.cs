using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Navarch.Cluster.Machine;
using Navarch.Machinery.Certificates;

namespace Navarch.Cluster.Certificates;

/// <summary>
/// The cluster's own certificate authority: a key pair on disk, made on first use, that issues what the cluster's parts
/// present to each other. Every key is ECDSA P-256: small, fast to make (a first start makes eight) and known to all clients.
/// </summary>
public sealed class CertificateAuthority
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(3650);

    // The clocks of two machines may differ: a certificate made now must be valid on both. As much as the signers of
    // CertificateSigningRequests allow for: which of two certificates is newer is seen by when they begin.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private readonly X509Certificate2 _certificate;
    private readonly TimeProvider _time;

    /// <param name="certificate">With its key.</param>
    internal CertificateAuthority(X509Certificate2 certificate, TimeProvider time) => (_certificate, _time) = (certificate, time);

    internal const string LossAdvice = "restore both from a backup; a new authority would lock every client out";

    public X509Certificate2 Certificate => _certificate;

    /// <summary>The authority that signs: of those at the first path the one whose key is at the second. Made and saved where there is none.</summary>
    /// <exception cref="ClusterException">Only one of the two files exists or they do not belong together.</exception>
    public static CertificateAuthority LoadOrCreate(string certificatePath, string keyPath, string name, TimeProvider time)
    {
        if (File.Exists(certificatePath) && File.Exists(keyPath))
        {
            try
            {
                return new CertificateAuthority(
                    AuthorityBundle.FindSigner(AuthorityBundle.Parse(File.ReadAllText(certificatePath)), File.ReadAllText(keyPath)) ?? throw new CryptographicException("the key is another's"),
                    time);
            }
            catch (CryptographicException e)
            {
                throw new ClusterException(
                    $"{certificatePath} and {keyPath} are damaged or do not belong together: {e.Message}",
                    LossAdvice,
                    e);
            }
        }

        if (File.Exists(certificatePath))
        {
            throw new ClusterException($"{keyPath} is missing beside {certificatePath}", "restore it from a backup; a new authority would lock every client out");
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var certificate = SelfSigned(key, name, time);

        // The key first: a crash in between leaves a key without a certificate, and the next start makes both anew.
        AtomicFile.Write(keyPath, System.Text.Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"), AtomicFile.Private);
        AtomicFile.Write(certificatePath, System.Text.Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n"), AtomicFile.Public);
        return new CertificateAuthority(certificate, time);
    }

    internal static X509Certificate2 SelfSigned(ECDsa key, string name, TimeProvider time)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var now = time.GetUtcNow();
        return AsAuthority(request).CreateSelfSigned(now - ClockSkew, now + Lifetime);
    }

    /// <summary>Another authority's name and key, signed by this one: PEM. Who trusts this one alone trusts the other by it.</summary>
    internal string Certify(X509Certificate2 other)
    {
        var request = AsAuthority(new CertificateRequest(other.SubjectName, other.PublicKey, HashAlgorithmName.SHA256));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using var certificate = request.Create(
            _certificate, _certificate.NotBefore > other.NotBefore ? _certificate.NotBefore : other.NotBefore,
            _certificate.NotAfter < other.NotAfter ? _certificate.NotAfter : other.NotAfter, NewSerial());
        return certificate.ExportCertificatePem();
    }

    private static CertificateRequest AsAuthority(CertificateRequest request)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }

    // RFC 5280: positive and at most 20 bytes; 127 random bits do not collide.
    private static byte[] NewSerial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7F;
        return serial;
    }

    /// <summary>Issues a certificate for a new key.</summary>
    internal IssuedCertificate Issue(CertificateSpec spec)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        foreach (var organization in spec.Organizations)
        {
            subject.AddOrganizationName(organization);
        }

        subject.AddCommonName(spec.CommonName);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        var usages = new OidCollection();
        if (spec.IsServer)
        {
            usages.Add(Oid.FromOidValue(CertificateSpec.ServerUsage, OidGroup.EnhancedKeyUsage));
        }

        if (spec.IsClient)
        {
            usages.Add(Oid.FromOidValue(CertificateSpec.ClientUsage, OidGroup.EnhancedKeyUsage));
        }

        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(usages, critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        if (spec.DnsNames.Count + spec.Addresses.Count > 0)
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (var name in spec.DnsNames)
            {
                names.AddDnsName(name);
            }

            foreach (var address in spec.Addresses)
            {
                names.AddIpAddress(address);
            }

            request.CertificateExtensions.Add(names.Build());
        }

        var now = _time.GetUtcNow();
        var end = now + spec.Lifetime;
        using var certificate = request.Create(_certificate, now - ClockSkew, end < _certificate.NotAfter ? end : _certificate.NotAfter, NewSerial());
        return new IssuedCertificate(certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }
}

/// <summary>A certificate and its private key, both PEM.</summary>
internal sealed record IssuedCertificate(string CertificatePem, string KeyPem);
