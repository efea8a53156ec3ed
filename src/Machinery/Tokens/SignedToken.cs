using System.Buffers;
using System.Buffers.Text;
using Navarch.Api.Json;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Tokens;

/// <summary>A JSON Web Token taken apart (RFC 7515, compact form). That it can be taken apart says nothing about who signed it.</summary>
public sealed class SignedToken
{
    private const int LengthMax = 16 * 1024;

    // Decoders skip padding and blanks; two spellings would be two tokens to whoever forbids one.
    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private SignedToken(string content, JsonObject header, JsonObject claims, byte[] signature)
    {
        Content = content;
        Algorithm = header.FindText("alg") ?? "";
        KeyId = header.FindText("kid") ?? "";
        Claims = claims;
        Signature = signature;
    }

    /// <summary>What is signed.</summary>
    public string Content { get; }

    public string Algorithm { get; }

    /// <summary>Empty where the token does not say.</summary>
    public string KeyId { get; }

    public JsonObject Claims { get; }

    public byte[] Signature { get; }

    /// <summary>Null for a text that is no such token.</summary>
    public static SignedToken? TryRead(string text)
    {
        if (text.Length > LengthMax || text.AsSpan().ContainsAnyExcept(Alphabet) || text.Split('.') is not [var head, var payload, var signature])
        {
            return null;
        }

        try
        {
            // What is said twice could mean one thing to us and another to the next reader.
            return Read(head) is { } header && !header.Has("crit") && Read(payload) is { } claims
                ? new SignedToken(text[..(head.Length + 1 + payload.Length)], header, claims, Base64Url.DecodeFromChars(signature))
                : null;
        }
        catch (Exception e) when (e is FormatException or ApiJsonException)
        {
            return null;
        }
    }

    private static JsonObject? Read(string part)
    {
        var node = JsonNode.Parse(Base64Url.DecodeFromChars(part), out var duplicates);
        return duplicates.Count == 0 ? node as JsonObject : null;
    }
}
