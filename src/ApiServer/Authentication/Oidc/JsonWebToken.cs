using System.Buffers.Text;
using System.Text;
using Navarch.Api.Json;
using Navarch.Machinery.Json;

namespace Navarch.ApiServer.Authentication.Oidc;

/// <summary>A signed token taken apart (RFC 7515). Nothing of it is believed before somebody has checked the signature.</summary>
internal sealed record JsonWebToken(string Algorithm, string KeyId, JsonObject Claims, byte[] Content, byte[] Signature)
{
    private const int LengthMax = 16 * 1024;

    /// <summary>Null for any other text.</summary>
    public static JsonWebToken? Parse(string token)
    {
        if (token.Length > LengthMax || token.Split('.') is not [var head, var payload, var signature])
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(Base64Url.DecodeFromChars(head)) is JsonObject header && JsonNode.Parse(Base64Url.DecodeFromChars(payload)) is JsonObject claims
                ? new JsonWebToken(
                    header.FindText("alg") ?? "", header.FindText("kid") ?? "", claims, Encoding.ASCII.GetBytes($"{head}.{payload}"), Base64Url.DecodeFromChars(signature))
                : null;
        }
        catch (Exception e) when (e is FormatException or ApiJsonException)
        {
            return null;
        }
    }

    /// <summary>Seconds since 1970; null where the claim is absent or no number.</summary>
    public long? Seconds(string claim) => Claims[claim] is JsonNumber number ? number.WholeValue : null;

    /// <summary>The texts of a claim that is one or a list of them.</summary>
    public IReadOnlyList<string> Texts(string claim) => Claims[claim] switch
    {
        JsonText text => [text.Value],
        JsonArray list => [.. list.Items.OfType<JsonText>().Select(static text => text.Value)],
        _ => [],
    };
}
