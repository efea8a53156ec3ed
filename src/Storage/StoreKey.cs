using System.Text;

namespace Navarch.Storage;

/// <summary>Keys and prefixes as the bytes that engines compare.</summary>
internal static class StoreKey
{
    // Throws on half a surrogate pair, which a replacing encoder would make equal to every other half.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="ArgumentException">The key is empty, contains NUL or is not valid Unicode.</exception>
    public static byte[] Encode(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return EncodePrefix(key);
    }

    /// <inheritdoc cref="Encode"/>
    public static byte[] EncodePrefix(string prefix) => prefix.Contains('\0')
        ? throw new ArgumentException("a key cannot contain NUL", nameof(prefix))
        : Utf8.GetBytes(prefix);

    /// <summary>The first key after all that begin with <paramref name="prefix"/>, which is not empty.</summary>
    public static byte[] EndOf(byte[] prefix)
    {
        byte[] end = [.. prefix];
        end[^1]++; // UTF-8 has no byte 0xff, so this never overflows.
        return end;
    }
}
