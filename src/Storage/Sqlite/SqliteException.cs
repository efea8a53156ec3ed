namespace Navarch.Storage.Sqlite;

/// <summary>A call of SQLite failed. Never leaves this folder: callers of the store see a <see cref="StoreException"/>.</summary>
internal sealed class SqliteException(int extendedCode, string message, string during)
    : Exception($"{message} (SQLite {extendedCode}, during {during})")
{
    // Primary codes are the low byte: https://sqlite.org/rescode.html
    private const int Permission = 3, Busy = 5, Locked = 6, ReadOnly = 8, IoError = 10, Corrupt = 11, Full = 13, CannotOpen = 14, NotADatabase = 26;

    private const int IoErrorSync = 1034;

    private const int IoErrorCorruptFileSystem = 8458, IoErrorData = 8202, ReadOnlyDatabaseMoved = 1032;

    /// <summary>
    /// Whether the world refused (disk, permissions, a stranger's lock), so that the same call may succeed
    /// later. What remains is a bug of ours or damaged data.
    /// </summary>
    public bool IsOutside =>
        (extendedCode & 0xff) is Permission or Busy or Locked or ReadOnly or IoError or Full or CannotOpen
        && extendedCode is not (IoErrorCorruptFileSystem or IoErrorData or ReadOnlyDatabaseMoved);

    /// <summary>Whether what was read is not what was once written.</summary>
    public bool IsDamage => (extendedCode & 0xff) is Corrupt or NotADatabase || extendedCode is IoErrorCorruptFileSystem or IoErrorData;

    /// <summary>The same failure in the terms of the store.</summary>
    public StoreException ToStoreException(string doing) =>
        extendedCode == IoErrorSync ? new StoreOutcomeUnknownException($"whether the disk kept it is not known until the next write: cannot {doing}: {Message}", this)
        : IsOutside ? new StoreUnavailableException($"cannot {doing}: {Advice()}", this)
        : IsDamage ? new StoreDataException($"cannot {doing}: the data is damaged: {Message}", this)
        : new StoreFailedException($"cannot {doing}: {Message}", this);

    private string Advice() => (extendedCode & 0xff) switch
    {
        Full => "the disk is full; free some space and writes will succeed again",
        ReadOnly or Permission => $"the data is read-only: {Message}",
        Busy or Locked => $"another program holds a lock on the data: {Message}",
        _ => Message,
    };
}
