using System.Text.Json;
using System.Text.Json.Serialization;

namespace Navarch.ApiServer.Encryption;

/// <summary>What is encrypted, and with what: the content of the key file.</summary>
public sealed record EncryptionKeys
{
    public static readonly IReadOnlyList<string> DefaultResources = ["secrets"];

    /// <summary>Kinds whose objects are encrypted when they are written, as <c>secrets</c> or <c>deployments.apps</c>.</summary>
    public IReadOnlyList<string> Resources { get; init; } = DefaultResources;

    /// <summary>The first encrypts, all decrypt. At least one.</summary>
    public required IReadOnlyList<EncryptionKey> Keys { get; init; }

    [JsonIgnore]
    public EncryptionKey Active => Keys[0];

    /// <summary>As the key file holds them.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, EncryptionKeysJson.Default.EncryptionKeys);

    internal EncryptionKey? Find(string name) => Keys.FirstOrDefault(key => key.Name == name);

    /// <summary>Null when everything is as it must be.</summary>
    internal string? Problem() =>
        Keys is null or [] ? "it holds no key"
        : Resources.Any(string.IsNullOrWhiteSpace) ? "a resource has no name"
        : Keys.Any(static key => key is null || !EncryptionKey.IsName(key.Name)) ? "a key's name is not made of lower-case letters, digits and hyphens"
        : Keys.DistinctBy(static key => key.Name).Count() < Keys.Count ? "two keys have the same name"
        : Keys.FirstOrDefault(static key => key.Secret.Length != EncryptionKey.SecretBytes) is { } odd ? $"the secret of {odd.Name} has {odd.Secret.Length} bytes and not {EncryptionKey.SecretBytes}"
        : null;
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(EncryptionKeys))]
internal sealed partial class EncryptionKeysJson : JsonSerializerContext;
