using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Navarch.Machinery.Certificates;

/// <summary>
/// All authorities that are trusted, in one PEM file; more than one while a new one takes over. The one that signs is whichever the
/// key belongs to: so the key alone decides, and to replace that one file changes over at once.
/// </summary>
public static class AuthorityBundle
{
    /// <exception cref="CryptographicException">It is no PEM, or holds no certificate.</exception>
    public static X509Certificate2Collection Parse(string pem)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(pem);
        return authorities.Count > 0 ? authorities : throw new CryptographicException("there is no certificate in it");
    }

    /// <summary>The authority that the key belongs to, with the key; null where that is none of them.</summary>
    /// <exception cref="CryptographicException">There is no key in <paramref name="keyPem"/>.</exception>
    public static X509Certificate2? FindSigner(X509Certificate2Collection authorities, string keyPem)
    {
        var publicKey = PublicKey(keyPem);
        return authorities.FirstOrDefault(authority => authority.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(publicKey)) is { } found
            ? X509Certificate2.CreateFromPem(found.ExportCertificatePem(), keyPem)
            : null;
    }

    private static byte[] PublicKey(string keyPem)
    {
        try
        {
            if (Ecdsa(keyPem) is { } found)
            {
                return found;
            }

            using var rsa = RSA.Create();
            rsa.ImportFromPem(keyPem);
            return rsa.ExportSubjectPublicKeyInfo();
        }
        catch (ArgumentException e)
        {
            throw new CryptographicException("there is no key in it", e);
        }
    }

    private static byte[]? Ecdsa(string keyPem)
    {
        try
        {
            using var ecdsa = ECDsa.Create();
            ecdsa.ImportFromPem(keyPem);
            return ecdsa.ExportSubjectPublicKeyInfo();
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return null; // It may be of the other kind.
        }
    }
}
