using System.Text.Json.Serialization;

namespace Navarch.ApiServer.Tokens;

/// <summary>Which keys vouch for the tokens of service accounts. What <c>navarch tokens status -o json</c> prints.</summary>
public sealed record TokenKeysStatus
{
    /// <summary>The one that signs first.</summary>
    public required IReadOnlyList<TokenKeyStatus> Keys { get; init; }
}

/// <param name="Id">What tokens name the key by.</param>
/// <param name="File">Where it lies.</param>
/// <param name="Created">Null where nobody wrote it down.</param>
/// <param name="Retired">When another key began to sign in its stead.</param>
/// <param name="IsActive">Whether it signs.</param>
/// <param name="Secrets">How many Secrets hold tokens that it signed. Those do not end by themselves.</param>
/// <param name="NeededUntil">When the last token ends that somebody may hold; null where that is not known.</param>
/// <param name="IsNeeded">Whether a token that it signed may still be good.</param>
public sealed record TokenKeyStatus(
    string Id, string Algorithm, string File, DateTimeOffset? Created, DateTimeOffset? Retired, bool IsActive, int Secrets, DateTimeOffset? NeededUntil, bool IsNeeded);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TokenKeysStatus))]
public sealed partial class TokenKeysStatusJson : JsonSerializerContext;
