namespace Navarch.Storage.Sqlite;

/// <summary>
/// The tables, and how files of older versions become the current one.
/// </summary>
/// <remarks>
/// <c>log</c> holds one row per revision, appended at the end of the file's largest tree: writing is sequential, and
/// a value is written once. <c>current</c> says which row a key's newest value is. What happened at a revision
/// (<c>version</c> 0 is a deletion) and what it replaced stay readable until compaction removes what was replaced.
/// The newest row is never removed, not even a deletion: the store's revision is the largest one in the log, so that no
/// commit has to write a counter besides.
/// </remarks>
internal static class Schema
{
    /// <summary>"NVRS" in the file's header: whose file it is. https://sqlite.org/fileformat2.html#application_id</summary>
    private const int ApplicationId = 0x4e565253;

    /// <summary>Element n leads from version n to n + 1. Never changed once released; only appended to.</summary>
    internal static IReadOnlyList<string> Migrations { get; } =
    [
        """
        CREATE TABLE log (
            revision          INTEGER PRIMARY KEY,
            key               TEXT    NOT NULL,
            create_revision   INTEGER NOT NULL,
            version           INTEGER NOT NULL, -- 0 for a deletion
            previous_revision INTEGER NOT NULL, -- 0 where the key did not exist
            value             BLOB    NOT NULL
        ) STRICT;

        CREATE TABLE current (
            key               TEXT    PRIMARY KEY,
            revision          INTEGER NOT NULL,
            expires_at        INTEGER           -- milliseconds since 1970
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX current_expires_at ON current (expires_at) WHERE expires_at IS NOT NULL;

        CREATE TABLE compaction (
            only_row          INTEGER PRIMARY KEY CHECK (only_row = 1),
            revision          INTEGER NOT NULL
        ) STRICT;

        INSERT INTO compaction VALUES (1, 0);
        """,
    ];

    /// <summary>Refuses foreign, newer and damaged files, and brings an older or empty one to the current version.</summary>
    /// <exception cref="StoreDataException">The file is none that this version can use.</exception>
    public static void Prepare(SqliteConnection connection, string path) => Prepare(connection, path, Migrations);

    /// <inheritdoc cref="Prepare(SqliteConnection, string)"/>
    internal static void Prepare(SqliteConnection connection, string path, IReadOnlyList<string> migrations)
    {
        var version = connection.QueryInt64("PRAGMA user_version");
        var owner = connection.QueryInt64("PRAGMA application_id");
        var isEmpty = connection.QueryInt64("SELECT count(*) FROM sqlite_schema") == 0;
        if (owner != ApplicationId && !(isEmpty && owner == 0 && version == 0))
        {
            throw new StoreDataException($"{path} is a database, but not one of Navarch");
        }
        if (version > migrations.Count)
        {
            throw new StoreDataException($"{path} was written by a newer version (schema {version}; this version knows up to {migrations.Count})");
        }

        // Reads every page once: about 0.3 s for 500 MB in the page cache. Damage found now is damage that no
        // client has been told about as truth.
        var findings = connection.QueryTexts("PRAGMA quick_check(3)");
        if (findings is not ["ok"])
        {
            throw new StoreDataException($"{path} is damaged; restore a backup. {string.Join("; ", findings)}");
        }

        for (; version < migrations.Count; version++)
        {
            connection.Execute($"""
                BEGIN IMMEDIATE;
                {migrations[(int)version]}
                PRAGMA application_id = {ApplicationId};
                PRAGMA user_version = {version + 1};
                COMMIT;
                """);
        }
    }

    /// <summary>Has an empty store begin at a revision: as if a key had been deleted there and all before been compacted.</summary>
    public static void BeginAt(SqliteConnection connection, long revision)
    {
        if (revision > SqliteRevisionStore.FirstRevision && connection.QueryInt64("SELECT count(*) FROM (SELECT 1 FROM log LIMIT 1)") == 0)
        {
            connection.Execute($"""
                BEGIN IMMEDIATE;
                INSERT INTO log (revision, key, create_revision, version, previous_revision, value) VALUES ({revision}, 'navarch_restored', 0, 0, 0, x'');
                UPDATE compaction SET revision = {revision};
                COMMIT;
                """);
        }
    }
}
