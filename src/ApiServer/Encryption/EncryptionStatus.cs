using System.Text.Json.Serialization;

namespace Navarch.ApiServer.Encryption;

/// <summary>Which keys there are and what is encrypted with which. What <c>navarch secrets status -o json</c> prints.</summary>
public sealed record EncryptionStatus
{
    /// <summary>The kinds whose objects are encrypted when they are written.</summary>
    public required IReadOnlyList<string> Resources { get; init; }

    /// <summary>The keys, the one that encrypts first; then names of keys that values need but nobody has.</summary>
    public required IReadOnlyList<EncryptionKeyStatus> Keys { get; init; }

    /// <summary>Objects of those kinds that are stored as they are: written before their kind was encrypted.</summary>
    public required long Plaintext { get; init; }

    /// <summary>Objects that are not yet as they would be if they were written now.</summary>
    public required long Outdated { get; init; }

    /// <summary>Objects whose data cannot be read: the first hundred, with the reason.</summary>
    public required IReadOnlyList<UnreadableObject> Unreadable { get; init; }

    public required ReencryptionStatus Reencryption { get; init; }
}

/// <param name="Created">Null for a key that nobody has.</param>
/// <param name="IsActive">Whether it encrypts what is written.</param>
/// <param name="Objects">How many values are encrypted with it.</param>
public sealed record EncryptionKeyStatus(string Name, DateTimeOffset? Created, bool IsActive, long Objects);

/// <param name="Key">Where it lies in the store.</param>
public sealed record UnreadableObject(string Key, string Reason);

/// <summary>How far a re-encryption is.</summary>
/// <param name="Total">How many objects were outdated when it began.</param>
/// <param name="Message">Why it failed; empty otherwise.</param>
public sealed record ReencryptionStatus(ReencryptionState State, long Done, long Total, string Message);

[JsonConverter(typeof(JsonStringEnumConverter<ReencryptionState>))]
public enum ReencryptionState
{
    /// <summary>Everything is encrypted with the newest key.</summary>
    Complete,

    /// <summary>Something is outdated and nobody is about to change that: none was asked for, or the server ended during it.</summary>
    Needed,

    Running,

    /// <summary>It ended early. What was done stays done.</summary>
    Failed,
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EncryptionStatus))]
[JsonSerializable(typeof(ReencryptionStatus))]
public sealed partial class EncryptionStatusJson : JsonSerializerContext;
