using System.Security.Cryptography;
using System.Text;

namespace Navarch.ApiServer.Encryption;

/// <summary>One key: 256 random bits under a name. Encrypts with AES-GCM.</summary>
/// <remarks>
/// A value is stored as <c>k8s:enc:aesgcm:v1:NAME:</c>, 12 bytes of nonce, the ciphertext and 16 bytes of tag, with the storage
/// key as additional data, so that a value that is moved to another key is no value. It is the form that upstream's provider
/// <c>aesgcm</c> writes and reads. Nonces are random: NIST SP 800-38D (8.3) allows 2^32 of them with one key, which is
/// one write a second for 136 years.
/// </remarks>
public sealed record EncryptionKey
{
    internal const int SecretBytes = 32;
    private const int NameLengthMax = 63;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private static readonly byte[] Prefix = "k8s:enc:aesgcm:v1:"u8.ToArray();

    /// <summary>Names the key in every value that is encrypted with it: lower-case letters, digits and hyphens.</summary>
    public required string Name { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>32 bytes.</summary>
    public required byte[] Secret { get; init; }

    /// <summary>A new key, whose name no other key will have.</summary>
    public static EncryptionKey Create(TimeProvider time)
    {
        var now = time.GetUtcNow();
        return new EncryptionKey
        {
            Name = $"key-{now:yyyyMMdd}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}",
            Created = now,
            Secret = RandomNumberGenerator.GetBytes(SecretBytes),
        };
    }

    /// <summary>Whether the value is encrypted, by whichever provider. Objects begin with a brace.</summary>
    public static bool IsEncrypted(ReadOnlySpan<byte> value) => value.Length > 0 && value[0] == (byte)'k' && value.StartsWith("k8s:enc:"u8);

    /// <summary>The name of the key that the value is encrypted with; null where the form is not this one.</summary>
    public static string? NameIn(ReadOnlySpan<byte> value)
    {
        if (!value.StartsWith(Prefix))
        {
            return null;
        }

        var name = value[Prefix.Length..];
        var end = name.IndexOf((byte)':');
        return end is > 0 and <= NameLengthMax ? Encoding.ASCII.GetString(name[..end]) : null;
    }

    internal static bool IsName(string name) =>
        name.Length is > 0 and <= NameLengthMax && name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <param name="storageKey">Where the value will lie. Only there it can be read.</param>
    public byte[] Encrypt(string storageKey, ReadOnlySpan<byte> plaintext)
    {
        var head = Prefix.Length + Name.Length + 1;
        var value = new byte[head + NonceBytes + plaintext.Length + TagBytes];
        Prefix.CopyTo(value, 0);
        Encoding.ASCII.GetBytes(Name, value.AsSpan(Prefix.Length));
        value[head - 1] = (byte)':';
        var nonce = value.AsSpan(head, NonceBytes);
        RandomNumberGenerator.Fill(nonce);

        // One instance serves one thread at a time; making one costs a microsecond, a write an fsync.
        using var aes = new AesGcm(Secret, TagBytes);
        aes.Encrypt(nonce, plaintext, value.AsSpan(head + NonceBytes, plaintext.Length), value.AsSpan(value.Length - TagBytes), Encoding.UTF8.GetBytes(storageKey));
        return value;
    }

    /// <exception cref="UnreadableValueException">The value is not what was encrypted, or not for this place.</exception>
    internal byte[] Decrypt(string storageKey, ReadOnlySpan<byte> value)
    {
        var sealedPart = value[(Prefix.Length + Name.Length + 1)..];
        if (sealedPart.Length < NonceBytes + TagBytes)
        {
            throw new UnreadableValueException("the stored data is cut off");
        }

        var plaintext = new byte[sealedPart.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(Secret, TagBytes);
        try
        {
            aes.Decrypt(sealedPart[..NonceBytes], sealedPart[NonceBytes..^TagBytes], sealedPart[^TagBytes..], plaintext, Encoding.UTF8.GetBytes(storageKey));
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new UnreadableValueException("the stored data is damaged or was moved here from another place: message authentication failed");
        }

        return plaintext;
    }
}
