using System.Text;

namespace Navarch.Storage.Sqlite;

/// <summary>Keys and prefixes as the bytes that SQLite compares.</summary>
internal static class Keys
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

    /// <summary>
    /// Binds the range of keys that begin with <paramref name="prefix"/>: at least parameter
    /// <paramref name="index"/>, and less than the one after it.
    /// </summary>
    public static SqliteStatement BindPrefix(this SqliteStatement statement, int index, byte[] prefix)
    {
        statement.BindText(index, prefix);
        if (prefix.Length == 0)
        {
            return statement.BindBlob(index + 1, []); // Every blob sorts after every text.
        }
        byte[] end = [.. prefix];
        end[^1]++; // UTF-8 has no byte 0xff, so this never overflows.
        return statement.BindText(index + 1, end);
    }
}
