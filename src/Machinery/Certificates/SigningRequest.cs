using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Navarch.Machinery.Certificates;

/// <summary>What a certificate signing request (PKCS #10, RFC 2986) asks for. Its signature is good: who made it has the key.</summary>
public sealed class SigningRequest
{
    private const string AlternativeNames = "2.5.29.17";

    // Smaller ones are broken with a desktop computer; they are refused by Go, too.
    private const int RsaBitsMin = 1024;

    private SigningRequest(CertificateRequest request)
    {
        (SubjectName, PublicKey, Subject) = (request.SubjectName, request.PublicKey, CertificateSubject.Of(request.SubjectName));
        ReadOnlyMemory<byte>? names = null;
        foreach (var extension in request.CertificateExtensions)
        {
            if (extension.Oid?.Value == AlternativeNames)
            {
                names = names is null ? extension.RawData : throw new CryptographicException("alternative names are given twice");
            }
        }

        (DnsNames, Emails, Uris, Addresses) = Names(names);
    }

    public X500DistinguishedName SubjectName { get; }

    public CertificateSubject Subject { get; }

    public PublicKey PublicKey { get; }

    public IReadOnlyList<string> DnsNames { get; }

    public IReadOnlyList<string> Emails { get; }

    public IReadOnlyList<string> Uris { get; }

    public IReadOnlyList<IPAddress> Addresses { get; }

    /// <summary>Reads the first PEM block of <paramref name="pem"/>.</summary>
    /// <exception cref="CryptographicException">It is no request, its signature is wrong, or its key is too weak or of an unknown kind.</exception>
    public static SigningRequest Parse(ReadOnlySpan<byte> pem)
    {
        if (Pem.Find(pem, out _) is not { Label: "CERTIFICATE REQUEST" } block)
        {
            throw new CryptographicException("PEM block type must be CERTIFICATE REQUEST");
        }

        try
        {
            // Of a signature by Ed25519 the platform cannot tell whether it is good.
            var isEd25519 = IsSignedByEd25519(block.Content);
            var request = CertificateRequest.LoadSigningRequest(
                block.Content, HashAlgorithmName.SHA256,
                CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions | (isEd25519 ? CertificateRequestLoadOptions.SkipSignatureValidation : CertificateRequestLoadOptions.Default));
            if (isEd25519 != (request.PublicKey.Oid.Value == Ed25519.Oid))
            {
                throw new CryptographicException("the signature is not by the key");
            }

            using var rsa = request.PublicKey.GetRSAPublicKey();
            return rsa?.KeySize < RsaBitsMin
                ? throw new CryptographicException($"{rsa.KeySize}-bit keys are insecure")
                : new SigningRequest(request);
        }
        catch (Exception e) when (e is AsnContentException or ArgumentException or NotSupportedException)
        {
            throw new CryptographicException("malformed certificate request", e);
        }
    }

    /// <summary>Whether the request says so; if it does, its signature is good.</summary>
    private static bool IsSignedByEd25519(ReadOnlyMemory<byte> der)
    {
        var request = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
        var info = request.ReadEncodedValue();
        if (request.ReadSequence().ReadObjectIdentifier() != Ed25519.Oid)
        {
            return false;
        }

        var signature = request.ReadBitString(out _);
        var fields = new AsnReader(info, AsnEncodingRules.DER).ReadSequence();
        fields.ReadEncodedValue(); // The version,
        fields.ReadEncodedValue(); // and the subject.
        var key = fields.ReadSequence();
        key.ReadEncodedValue();
        return Ed25519.Verify(key.ReadBitString(out _), info.Span, signature) ? true : throw new CryptographicException("the signature is wrong");
    }

    // RFC 5280, 4.2.1.6. Kinds of names that are not known here are left out, and so do not get into certificates.
    private static (List<string> DnsNames, List<string> Emails, List<string> Uris, List<IPAddress> Addresses) Names(ReadOnlyMemory<byte>? encoded)
    {
        var (dns, emails, uris, addresses) = (new List<string>(), new List<string>(), new List<string>(), new List<IPAddress>());
        if (encoded is not { } bytes)
        {
            return (dns, emails, uris, addresses);
        }

        var names = new AsnReader(bytes, AsnEncodingRules.DER).ReadSequence();
        while (names.HasData)
        {
            var tag = names.PeekTag();
            switch (tag.TagValue)
            {
                case 1:
                    emails.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                    break;
                case 2:
                    dns.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                    break;
                case 6:
                    uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                    break;
                case 7:
                    addresses.Add(new IPAddress(names.ReadOctetString(tag)));
                    break;
                default:
                    names.ReadEncodedValue();
                    break;
            }
        }

        return (dns, emails, uris, addresses);
    }
}
