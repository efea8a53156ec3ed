using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Navarch.Api.Json;
using Navarch.Machinery.Json;

namespace Navarch.ApiServer.Tokens;

/// <summary>Signs and checks JSON Web Tokens with one key of the curve P-256 (ES256, RFC 7518 section 3.4).</summary>
internal sealed class TokenKey
{
    private const int TokenLengthMax = 16 * 1024;

    // Guards the key, which does not say that it may be used by several threads.
    private readonly Lock gate = new();
    private readonly ECDsa key;
    private readonly string header;
    private readonly string id;

    public TokenKey(ECDsa key)
    {
        this.key = key;

        // As upstream names keys: by the hash of what is public of them.
        id = Base64Url.EncodeToString(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
        header = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{{\"alg\":\"ES256\",\"kid\":\"{id}\"}}"));
    }

    /// <summary>The public half as a JSON Web Key (RFC 7517).</summary>
    public JsonObject PublicKey
    {
        get
        {
            var point = key.ExportParameters(includePrivateParameters: false).Q;
            var json = new JsonObject();
            json.Set("use", new JsonText("sig"));
            json.Set("kty", new JsonText("EC"));
            json.Set("kid", new JsonText(id));
            json.Set("crv", new JsonText("P-256"));
            json.Set("alg", new JsonText("ES256"));
            json.Set("x", new JsonText(Base64Url.EncodeToString(point.X)));
            json.Set("y", new JsonText(Base64Url.EncodeToString(point.Y)));
            return json;
        }
    }

    public string Sign(JsonObject claims)
    {
        var content = $"{header}.{Base64Url.EncodeToString(claims.ToUtf8())}";
        lock (gate)
        {
            return $"{content}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256))}";
        }
    }

    /// <summary>The claims of a token that this key signed; null for any other text.</summary>
    public JsonObject? FindClaims(string token)
    {
        if (token.Length > TokenLengthMax || token.Split('.') is not [var head, var payload, var signature])
        {
            return null;
        }

        try
        {
            // The algorithm is not the sender's choice.
            if (JsonNode.Parse(Base64Url.DecodeFromChars(head)) is not JsonObject said || said.FindText("alg") != "ES256")
            {
                return null;
            }

            var content = Encoding.ASCII.GetBytes($"{head}.{payload}");
            var bytes = Base64Url.DecodeFromChars(signature);
            lock (gate)
            {
                if (!key.VerifyData(content, bytes, HashAlgorithmName.SHA256))
                {
                    return null;
                }
            }

            return JsonNode.Parse(Base64Url.DecodeFromChars(payload)) as JsonObject;
        }
        catch (Exception e) when (e is FormatException or ApiJsonException or CryptographicException)
        {
            return null;
        }
    }
}
