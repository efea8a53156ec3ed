using System.Buffers.Text;
using System.Security.Cryptography;
using Navarch.Machinery.Json;

namespace Navarch.ApiServer.Authentication.Oidc;

/// <summary>The public half of an issuer's key (RFC 7517), of RSA or of one of the curves P-256, P-384, P-521.</summary>
internal sealed class VerificationKey
{
    // Guards the keys, which do not say that they may be used by several threads.
    private readonly Lock gate = new();
    private readonly RSA? rsa;
    private readonly ECDsa? curve;

    private VerificationKey(string id, RSA? rsa, ECDsa? curve)
    {
        Id = id;
        this.rsa = rsa;
        this.curve = curve;
    }

    public string Id { get; }

    /// <summary>Null for keys that are for something else, or of a kind not known here.</summary>
    public static VerificationKey? Read(JsonObject json)
    {
        try
        {
            var id = json.FindText("kid") ?? "";
            return (json.FindText("use") ?? "sig", json.FindText("kty")) switch
            {
                ("sig", "RSA") => new VerificationKey(id, RSA.Create(new RSAParameters { Modulus = Bytes(json, "n"), Exponent = Bytes(json, "e") }), null),
                ("sig", "EC") => new VerificationKey(id, null, ECDsa.Create(new ECParameters
                {
                    Curve = json.FindText("crv") switch { "P-256" => ECCurve.NamedCurves.nistP256, "P-384" => ECCurve.NamedCurves.nistP384, _ => ECCurve.NamedCurves.nistP521 },
                    Q = new ECPoint { X = Bytes(json, "x"), Y = Bytes(json, "y") },
                })),
                _ => null,
            };
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Whether this key signed the token with the algorithm the token names, which must suit the key: it is not the sender's choice alone.</summary>
    public bool Signed(JsonWebToken token)
    {
        if (token.Algorithm.Length != 5)
        {
            return false; // "none" above all.
        }

        var hash = token.Algorithm[2..] switch { "256" => HashAlgorithmName.SHA256, "384" => HashAlgorithmName.SHA384, "512" => HashAlgorithmName.SHA512, _ => default };
        if (hash.Name is null)
        {
            return false;
        }

        try
        {
            lock (gate)
            {
                return token.Algorithm[..2] switch
                {
                    "RS" => rsa?.VerifyData(token.Content, token.Signature, hash, RSASignaturePadding.Pkcs1) == true,
                    "PS" => rsa?.VerifyData(token.Content, token.Signature, hash, RSASignaturePadding.Pss) == true,
                    "ES" => curve?.VerifyData(token.Content, token.Signature, hash) == true,
                    _ => false,
                };
            }
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static byte[] Bytes(JsonObject json, string name) => Base64Url.DecodeFromChars(json.FindText(name) ?? "");
}
