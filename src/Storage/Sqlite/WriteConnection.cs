namespace Navarch.Storage.Sqlite;

/// <summary>The statements of the one connection that writes. Used by the thread of the write loop alone.</summary>
internal sealed class WriteConnection : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly SqliteStatement begin, commit, rollback, find, append, insert, update, delete, expired, nextExpiry;
    private readonly SqliteStatement compactReplaced, compactDeleted, setCompacted;

    /// <param name="connection">A connection to a prepared database; disposed with this.</param>
    public WriteConnection(SqliteConnection connection)
    {
        this.connection = connection;
        begin = connection.Prepare("BEGIN IMMEDIATE");
        commit = connection.Prepare("COMMIT");
        rollback = connection.Prepare("ROLLBACK");

        // LEFT: an entry of `current` without its row in `log` must be seen, not taken for a key that does not exist.
        find = connection.Prepare(
            """
            SELECT c.revision, l.create_revision, l.version, l.value
            FROM current c LEFT JOIN log l ON l.revision = c.revision WHERE c.key = ?1
            """);
        append = connection.Prepare(
            "INSERT INTO log (revision, key, create_revision, version, previous_revision, value) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
        insert = connection.Prepare("INSERT INTO current (key, revision, expires_at) VALUES (?1, ?2, ?3)");
        update = connection.Prepare("UPDATE current SET revision = ?2, expires_at = ?3 WHERE key = ?1");
        delete = connection.Prepare("DELETE FROM current WHERE key = ?1");
        expired = connection.Prepare("SELECT key FROM current WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2");
        nextExpiry = connection.Prepare("SELECT min(expires_at) FROM current WHERE expires_at IS NOT NULL");
        compactReplaced = connection.Prepare(
            """
            DELETE FROM log WHERE revision IN
                (SELECT previous_revision FROM log WHERE revision > ?1 AND revision <= ?2 AND previous_revision > 0)
            """);

        // From ?1 on, not after it: if a deletion was the newest row when ?1 was compacted, it had to stay then.
        compactDeleted = connection.Prepare(
            "DELETE FROM log WHERE revision >= ?1 AND revision <= ?2 AND version = 0 AND revision < (SELECT max(revision) FROM log)");
        setCompacted = connection.Prepare("UPDATE compaction SET revision = ?1");
    }

    /// <inheritdoc cref="SqliteConnection.FramesInLog"/>
    public int FramesInLog => connection.FramesInLog;

    public long ReadRevision() => Math.Max(connection.QueryInt64("SELECT max(revision) FROM log"), SqliteRevisionStore.FirstRevision);

    public long ReadCompactedRevision() => connection.QueryInt64("SELECT revision FROM compaction");

    public void Begin() => begin.Run();

    /// <summary>Returns when everything since <see cref="Begin"/> is on the disk.</summary>
    public void Commit()
    {
        commit.Run();
        Ensure(!connection.IsInTransaction, "a commit succeeded and left its transaction open");
    }

    /// <summary>Undoes everything since <see cref="Begin"/>, also where a failure has already done so.</summary>
    public void Rollback()
    {
        if (connection.IsInTransaction)
        {
            rollback.Run();
            Ensure(!connection.IsInTransaction, "a transaction could not be rolled back");
        }
    }

    /// <summary>The newest value of a key, in the state that the open transaction has made.</summary>
    public StoredValue? Find(string key, byte[] utf8)
    {
        find.BindText(1, utf8);
        try
        {
            if (!find.Step())
            {
                return null;
            }
            Ensure(!find.IsNull(2), $"the value of {key} is not in the log");
            return new(key, find.Bytes(3), find.Int64(1), find.Int64(0), find.Int64(2));
        }
        finally
        {
            find.Reset();
        }
    }

    /// <summary>Writes what happened.</summary>
    public void Apply(StoreEvent change, byte[] utf8, DateTimeOffset? expiresAt)
    {
        append.Bind(1, change.ModRevision).BindText(2, utf8).Bind(3, change.CreateRevision).Bind(4, change.Version)
            .Bind(5, change.Previous?.ModRevision ?? 0).BindBlob(6, change.Value.Span).Run();

        if (change.Type == StoreEventType.Delete)
        {
            delete.BindText(1, utf8).Run();
        }
        else
        {
            var write = change.IsCreate ? insert : update;
            write.BindText(1, utf8).Bind(2, change.ModRevision);
            _ = expiresAt is { } at ? write.Bind(3, at.ToUnixTimeMilliseconds()) : write.BindNull(3);
            write.Run();
        }
        Ensure(connection.Changes == 1, $"the write of {change.Key} changed {connection.Changes} entries");
    }

    /// <summary>Some of the keys whose time to live is over.</summary>
    public List<string> FindExpired(DateTimeOffset now, int keysMax)
    {
        expired.Bind(1, now.ToUnixTimeMilliseconds()).Bind(2, keysMax);
        var keys = new List<string>();
        try
        {
            while (expired.Step())
            {
                keys.Add(expired.Text(0));
            }
        }
        finally
        {
            expired.Reset();
        }
        return keys;
    }

    /// <summary>When the next key expires.</summary>
    public DateTimeOffset? FindNextExpiry()
    {
        try
        {
            return nextExpiry.Step() && !nextExpiry.IsNull(0) ? DateTimeOffset.FromUnixTimeMilliseconds(nextExpiry.Int64(0)) : null;
        }
        finally
        {
            nextExpiry.Reset();
        }
    }

    /// <summary>Removes what was replaced or deleted after one compacted revision and up to the next.</summary>
    public void Compact(long after, long upTo)
    {
        compactReplaced.Bind(1, after).Bind(2, upTo).Run();
        compactDeleted.Bind(1, after).Bind(2, upTo).Run();
        setCompacted.Bind(1, upTo).Run();
    }

    /// <inheritdoc cref="SqliteConnection.Checkpoint"/>
    public bool Checkpoint() => connection.Checkpoint();

    public void Dispose() => connection.Dispose();

    private static void Ensure(bool invariant, string violation)
    {
        if (!invariant)
        {
            throw new StoreFailedException($"the store is inconsistent: {violation}");
        }
    }
}
