namespace Navarch.Storage.Sqlite;

/// <summary>Ranges of keys as parameters of a statement.</summary>
internal static class Keys
{
    /// <summary>
    /// Binds the range of keys that begin with <paramref name="prefix"/>: at least parameter
    /// <paramref name="index"/>, and less than the one after it.
    /// </summary>
    public static SqliteStatement BindPrefix(this SqliteStatement statement, int index, byte[] prefix)
    {
        statement.BindText(index, prefix);
        return prefix.Length == 0
            ? statement.BindBlob(index + 1, []) // Every blob sorts after every text.
            : statement.BindText(index + 1, StoreKey.EndOf(prefix));
    }
}
