using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Tokens;

/// <summary>
/// Signs and checks JSON Web Tokens by one algorithm, which its key decides: RS256 for RSA, ES256, ES384 and ES512 for the
/// curves P-256, P-384 and P-521 (RFC 7518 sections 3.3 and 3.4). Half a key, the public one, only checks.
/// </summary>
public sealed class TokenKey
{
    private const int RsaBitsMin = 2048; // RFC 7518 section 3.3.

    // Guards the key, which does not say that it may be used by several threads.
    private readonly Lock gate = new();
    private readonly AsymmetricAlgorithm key;
    private readonly HashAlgorithmName hash;
    private readonly string header;

    private TokenKey(AsymmetricAlgorithm key, string algorithm, HashAlgorithmName hash, bool canSign)
    {
        this.key = key;
        this.hash = hash;
        Algorithm = algorithm;
        CanSign = canSign;

        // As upstream names keys: by the hash of what is public of them.
        Id = Base64Url.EncodeToString(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
        header = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{{\"alg\":\"{algorithm}\",\"kid\":\"{Id}\"}}"));
    }

    /// <summary>What tokens name the key by.</summary>
    public string Id { get; }

    /// <summary>As <c>ES256</c>.</summary>
    public string Algorithm { get; }

    public bool CanSign { get; }

    /// <summary>The public half as a JSON Web Key (RFC 7517).</summary>
    public JsonObject PublicKey
    {
        get
        {
            var json = new JsonObject();
            Set("use", "sig");
            Set("kty", key is RSA ? "RSA" : "EC");
            Set("kid", Id);
            if (key is RSA rsa)
            {
                var numbers = rsa.ExportParameters(includePrivateParameters: false);
                Set("alg", Algorithm);
                Set("n", Base64Url.EncodeToString(numbers.Modulus));
                Set("e", Base64Url.EncodeToString(numbers.Exponent));
            }
            else
            {
                var point = ((ECDsa)key).ExportParameters(includePrivateParameters: false).Q;
                Set("crv", $"P-{key.KeySize}");
                Set("alg", Algorithm);
                Set("x", Base64Url.EncodeToString(point.X));
                Set("y", Base64Url.EncodeToString(point.Y));
            }

            return json;

            void Set(string name, string value) => json.Set(name, new JsonText(value));
        }
    }

    /// <exception cref="CryptographicException">Tokens cannot be signed with such a key.</exception>
    public static TokenKey Of(AsymmetricAlgorithm key, bool canSign = true) => key switch
    {
        RSA when key.KeySize < RsaBitsMin => throw new CryptographicException($"the RSA key has {key.KeySize} bits; tokens need {RsaBitsMin} or more"),
        RSA => new TokenKey(key, "RS256", HashAlgorithmName.SHA256, canSign),
        ECDsa { KeySize: 256 } => new TokenKey(key, "ES256", HashAlgorithmName.SHA256, canSign),
        ECDsa { KeySize: 384 } => new TokenKey(key, "ES384", HashAlgorithmName.SHA384, canSign),
        ECDsa { KeySize: 521 } => new TokenKey(key, "ES512", HashAlgorithmName.SHA512, canSign),
        _ => throw new CryptographicException("the key is neither RSA nor of the curves P-256, P-384 or P-521"),
    };

    /// <summary>The key of one PEM block: private, public, or that of a certificate.</summary>
    /// <exception cref="CryptographicException">It is none, or tokens cannot be signed with it.</exception>
    public static TokenKey OfPem(ReadOnlySpan<char> pem)
    {
        var label = pem[PemEncoding.Find(pem).Label];
        if (label is "CERTIFICATE")
        {
            using var certificate = X509Certificate2.CreateFromPem(pem);
            return Of((AsymmetricAlgorithm?)certificate.GetRSAPublicKey() ?? certificate.GetECDsaPublicKey() ?? throw new CryptographicException("the certificate's key is neither RSA nor ECDSA"), canSign: false);
        }

        var canSign = label is "PRIVATE KEY" or "EC PRIVATE KEY" or "RSA PRIVATE KEY";
        return Of(label is "RSA PRIVATE KEY" or "RSA PUBLIC KEY" || !IsOfCurve(pem) ? Import(RSA.Create(), pem) : Import(ECDsa.Create(), pem), canSign);
    }

    /// <summary>The token that says <paramref name="claims"/>.</summary>
    public string Sign(JsonObject claims)
    {
        var content = $"{header}.{Base64Url.EncodeToString(claims.ToUtf8())}";
        var bytes = Encoding.ASCII.GetBytes(content);
        lock (gate)
        {
            return $"{content}.{Base64Url.EncodeToString(key is RSA rsa ? rsa.SignData(bytes, hash, RSASignaturePadding.Pkcs1) : ((ECDsa)key).SignData(bytes, hash))}";
        }
    }

    /// <summary>Whether this key signed the token. The algorithm is the key's, never the sender's choice.</summary>
    public bool HasSigned(SignedToken token)
    {
        if (token.Algorithm != Algorithm)
        {
            return false;
        }

        var content = Encoding.ASCII.GetBytes(token.Content);
        try
        {
            lock (gate)
            {
                return key is RSA rsa ? rsa.VerifyData(content, token.Signature, hash, RSASignaturePadding.Pkcs1) : ((ECDsa)key).VerifyData(content, token.Signature, hash);
            }
        }
        catch (CryptographicException)
        {
            return false; // What is given for a signature cannot be one.
        }
    }

    private static bool IsOfCurve(ReadOnlySpan<char> pem)
    {
        using var curve = ECDsa.Create();
        try
        {
            curve.ImportFromPem(pem);
            return true;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return false; // RSA then, or nothing.
        }
    }

    private static AsymmetricAlgorithm Import(AsymmetricAlgorithm key, ReadOnlySpan<char> pem)
    {
        try
        {
            key.ImportFromPem(pem);
            return key;
        }
        catch (ArgumentException e)
        {
            throw new CryptographicException("the block is no key that tokens can be signed with", e);
        }
    }
}
