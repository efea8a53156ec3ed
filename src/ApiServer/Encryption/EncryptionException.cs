namespace Navarch.ApiServer.Encryption;

/// <summary>The keys that values are encrypted with cannot be used. A person must decide; <see cref="Advice"/> says about what.</summary>
public sealed class EncryptionException(string message, string advice, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>What the reader can do about it, as a sentence without a final full stop.</summary>
    public string Advice { get; } = advice;
}

/// <summary>A stored value cannot be decrypted: it is damaged, was moved from another key, or the key it names is gone.</summary>
internal sealed class UnreadableValueException(string message) : Exception(message);
