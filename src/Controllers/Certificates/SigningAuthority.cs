using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Navarch.Api.Certificates.V1;
using Navarch.Machinery.Certificates;

namespace Navarch.Controllers.Certificates;

/// <summary>Makes certificates of requests: of what a request says, its subject, key and alternative names, and nothing else.</summary>
/// <param name="authority">The authority's certificate, with its key, as it is now.</param>
/// <param name="durationMax">How long certificates are good for where the request does not ask for less.</param>
public sealed class SigningAuthority(Func<X509Certificate2> authority, TimeSpan durationMax, TimeProvider time)
{
    // Who uses the certificate may have a clock that is slow.
    private static readonly TimeSpan Backdate = TimeSpan.FromMinutes(5);

    // The time before now counts as part of what was asked for, but not where it would be a noticeable part.
    private static readonly TimeSpan Short = TimeSpan.FromHours(8);

    private static readonly TimeSpan DurationMin = TimeSpan.FromMinutes(10);

    private static readonly Dictionary<string, X509KeyUsageFlags> KeyUsages = new(StringComparer.Ordinal)
    {
        [KeyUsage.UsageSigning] = X509KeyUsageFlags.DigitalSignature,
        [KeyUsage.UsageDigitalSignature] = X509KeyUsageFlags.DigitalSignature,
        [KeyUsage.UsageContentCommitment] = X509KeyUsageFlags.NonRepudiation,
        [KeyUsage.UsageKeyEncipherment] = X509KeyUsageFlags.KeyEncipherment,
        [KeyUsage.UsageKeyAgreement] = X509KeyUsageFlags.KeyAgreement,
        [KeyUsage.UsageDataEncipherment] = X509KeyUsageFlags.DataEncipherment,
        [KeyUsage.UsageCertSign] = X509KeyUsageFlags.KeyCertSign,
        [KeyUsage.UsageCRLSign] = X509KeyUsageFlags.CrlSign,
        [KeyUsage.UsageEncipherOnly] = X509KeyUsageFlags.EncipherOnly,
        [KeyUsage.UsageDecipherOnly] = X509KeyUsageFlags.DecipherOnly,
    };

    private static readonly Dictionary<string, string> ExtendedKeyUsages = new(StringComparer.Ordinal)
    {
        [KeyUsage.UsageAny] = "2.5.29.37.0",
        [KeyUsage.UsageServerAuth] = "1.3.6.1.5.5.7.3.1",
        [KeyUsage.UsageClientAuth] = "1.3.6.1.5.5.7.3.2",
        [KeyUsage.UsageCodeSigning] = "1.3.6.1.5.5.7.3.3",
        [KeyUsage.UsageEmailProtection] = "1.3.6.1.5.5.7.3.4",
        [KeyUsage.UsageSMIME] = "1.3.6.1.5.5.7.3.4",
        [KeyUsage.UsageIPsecEndSystem] = "1.3.6.1.5.5.7.3.5",
        [KeyUsage.UsageIPsecTunnel] = "1.3.6.1.5.5.7.3.6",
        [KeyUsage.UsageIPsecUser] = "1.3.6.1.5.5.7.3.7",
        [KeyUsage.UsageTimestamping] = "1.3.6.1.5.5.7.3.8",
        [KeyUsage.UsageOCSPSigning] = "1.3.6.1.5.5.7.3.9",
        [KeyUsage.UsageMicrosoftSGC] = "1.3.6.1.4.1.311.10.3.3",
        [KeyUsage.UsageNetscapeSGC] = "2.16.840.1.113730.4.1",
    };

    /// <summary>A certificate, PEM.</summary>
    /// <param name="expirationSeconds">How long it is to be good for; null: as long as may be.</param>
    /// <exception cref="CryptographicException">The authority has expired itself, or has no key.</exception>
    public string Sign(SigningRequest request, IReadOnlyList<string> usages, int? expirationSeconds)
    {
        var (issuer, now) = (authority(), time.GetUtcNow());
        var issuerEnd = new DateTimeOffset(issuer.NotAfter.ToUniversalTime());
        if (now >= issuerEnd)
        {
            throw new CryptographicException(string.Create(CultureInfo.InvariantCulture, $"the signer has expired: NotAfter={issuerEnd:yyyy-MM-dd'T'HH:mm:ss'Z'}"));
        }

        var wanted = new CertificateRequest(request.SubjectName, request.PublicKey, HashAlgorithmName.SHA256);
        foreach (var extension in Extensions(request, usages))
        {
            wanted.CertificateExtensions.Add(extension);
        }

        wanted.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, includeKeyIdentifier: true, includeIssuerAndSerial: false));

        // RFC 5280: positive and at most 20 bytes; 127 random bits do not collide.
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7F;
        var duration = Duration(expirationSeconds);
        var end = duration < Short ? now + duration : now + duration - Backdate;

        // By the generator: the key of the request may be of another kind than the authority's.
        using var ecdsa = issuer.GetECDsaPrivateKey();
        using var rsa = issuer.GetRSAPrivateKey();
        var generator = ecdsa is not null ? X509SignatureGenerator.CreateForECDsa(ecdsa)
            : rsa is not null ? X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1)
            : throw new CryptographicException("the signer has no key");
        using var certificate = wanted.Create(issuer.SubjectName, generator, now - Backdate, end < issuerEnd ? end : issuerEnd, serial);
        return certificate.ExportCertificatePem() + "\n";
    }

    internal TimeSpan Duration(int? expirationSeconds) =>
        expirationSeconds is not { } seconds || TimeSpan.FromSeconds(seconds) is var asked && asked > durationMax ? durationMax
        : asked < DurationMin ? DurationMin
        : asked;

    private static IEnumerable<X509Extension> Extensions(SigningRequest request, IReadOnlyList<string> usages)
    {
        yield return new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true);
        var keyUsages = usages.Aggregate(X509KeyUsageFlags.None, static (all, usage) => all | KeyUsages.GetValueOrDefault(usage));
        if (keyUsages != X509KeyUsageFlags.None)
        {
            yield return new X509KeyUsageExtension(keyUsages, critical: true);
        }

        var extended = new OidCollection();
        foreach (var oid in usages.Select(static usage => ExtendedKeyUsages.GetValueOrDefault(usage)).OfType<string>().Distinct())
        {
            extended.Add(new Oid(oid));
        }

        if (extended.Count > 0)
        {
            yield return new X509EnhancedKeyUsageExtension(extended, critical: false);
        }

        if (request.DnsNames.Count + request.Emails.Count + request.Uris.Count + request.Addresses.Count > 0)
        {
            yield return AlternativeNames(request);
        }
    }

    private static X509Extension AlternativeNames(SigningRequest request)
    {
        // Written as they were read: the framework's builder would turn names into IDNA and addresses of links into others.
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            Write(2, request.DnsNames);
            Write(1, request.Emails);
            foreach (var address in request.Addresses)
            {
                writer.WriteOctetString(address.GetAddressBytes(), new(TagClass.ContextSpecific, 7));
            }

            Write(6, request.Uris);
        }

        return new X509Extension("2.5.29.17", writer.Encode(), critical: false);

        void Write(int tag, IEnumerable<string> names)
        {
            foreach (var name in names)
            {
                writer.WriteCharacterString(UniversalTagNumber.IA5String, name, new(TagClass.ContextSpecific, tag));
            }
        }
    }
}
