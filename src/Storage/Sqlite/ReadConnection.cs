namespace Navarch.Storage.Sqlite;

/// <summary>The queries of the store, on a connection that cannot write. Each reads one snapshot.</summary>
internal sealed class ReadConnection : IDisposable
{
    // A page of history is what a resuming watcher holds at a time.
    private const int PageEventsMax = 500;
    private const long PageBytesMax = 1 << 20;

    // And a page of a range what a reader of everything does.
    private const int RangePageMax = 2_000;
    private const int RangePageBytesMax = 4 << 20;

    private readonly SqliteConnection connection;
    private readonly SqliteStatement begin, end, revision, compacted, get, range, history;

    public ReadConnection(string path)
    {
        connection = new(path);
        try
        {
            connection.Execute("PRAGMA query_only = ON; PRAGMA cache_size = -512;");
            begin = connection.Prepare("BEGIN");
            end = connection.Prepare("COMMIT");
            revision = connection.Prepare("SELECT max(revision) FROM log");
            compacted = connection.Prepare("SELECT revision FROM compaction");
            get = connection.Prepare(
                """
                SELECT l.key, l.value, l.create_revision, l.revision, l.version
                FROM current c JOIN log l ON l.revision = c.revision WHERE c.key = ?1
                """);
            range = connection.Prepare(
                """
                SELECT l.key, l.value, l.create_revision, l.revision, l.version
                FROM current c JOIN log l ON l.revision = c.revision WHERE c.key >= ?1 AND c.key < ?2 ORDER BY c.key
                """);
            history = connection.Prepare(
                """
                SELECT l.key, l.value, l.create_revision, l.revision, l.version,
                       p.key, p.value, p.create_revision, p.revision, p.version
                FROM log l LEFT JOIN log p ON p.revision = l.previous_revision AND l.previous_revision > 0
                WHERE l.revision > ?1 AND l.revision <= ?2 AND l.key >= ?3 AND l.key < ?4
                ORDER BY l.revision
                """);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public StoredValue? Get(byte[] key)
    {
        get.BindText(1, key);
        try
        {
            return get.Step() ? ReadValue(get, 0) : null;
        }
        finally
        {
            get.Reset();
        }
    }

    public StoreSnapshot Range(byte[] prefix, CancellationToken ct) => InSnapshot(() =>
    {
        var entries = new List<StoredValue>();
        range.BindPrefix(1, prefix);
        try
        {
            while (range.Step())
            {
                ct.ThrowIfCancellationRequested();
                entries.Add(ReadValue(range, 0));
            }
        }
        finally
        {
            range.Reset();
        }
        return new StoreSnapshot(ReadRevision(), entries);
    });

    /// <summary>Begins to read entries in pages, from one snapshot that is held until <see cref="EndPages"/>.</summary>
    public void BeginPages(byte[] prefix)
    {
        begin.Run();
        range.BindPrefix(1, prefix);
    }

    /// <summary>The next entries; none after the last.</summary>
    public StoreSnapshot NextPage()
    {
        var entries = new List<StoredValue>();
        for (var bytes = 0; entries.Count < RangePageMax && bytes < RangePageBytesMax && range.Step(); bytes += entries[^1].Value.Length)
        {
            entries.Add(ReadValue(range, 0));
        }
        return new StoreSnapshot(ReadRevision(), entries);
    }

    public void EndPages()
    {
        range.Reset();
        End();
    }

    /// <summary>The events after one revision up to another, or as many of them as make a page.</summary>
    /// <exception cref="CompactedException">They are not all retained.</exception>
    public HistoryPage History(byte[] prefix, long after, long upTo) => InSnapshot(() =>
    {
        var compactedRevision = Single(compacted);
        if (after < compactedRevision)
        {
            throw new CompactedException(after, compactedRevision);
        }

        var events = new List<StoreEvent>();
        var bytes = 0L;
        history.Bind(1, after).Bind(2, upTo).BindPrefix(3, prefix);
        try
        {
            while (history.Step())
            {
                var change = ReadEvent(history);
                events.Add(change);
                bytes += change.Value.Length + (change.Previous?.Value.Length ?? 0);
                if (events.Count >= PageEventsMax || bytes >= PageBytesMax)
                {
                    return new HistoryPage(events, change.ModRevision);
                }
            }
        }
        finally
        {
            history.Reset();
        }
        return new HistoryPage(events, upTo);
    });

    public void Dispose() => connection.Dispose();

    private T InSnapshot<T>(Func<T> read)
    {
        begin.Run();
        try
        {
            return read();
        }
        finally
        {
            End();
        }
    }

    // SQLite ends a transaction by itself where it cannot read on (an error of the disk, no memory).
    private void End()
    {
        if (connection.IsInTransaction)
        {
            end.Run();
        }
    }

    private long ReadRevision() => Math.Max(Single(revision), SqliteRevisionStore.FirstRevision);

    private static long Single(SqliteStatement statement)
    {
        try
        {
            return statement.Step() ? statement.Int64(0) : 0;
        }
        finally
        {
            statement.Reset();
        }
    }

    private static StoredValue ReadValue(SqliteStatement row, int column) => new(
        row.Text(column), row.Bytes(column + 1), row.Int64(column + 2), row.Int64(column + 3), row.Int64(column + 4));

    private static StoreEvent ReadEvent(SqliteStatement row)
    {
        var value = ReadValue(row, 0);
        return new()
        {
            Type = value.Version == 0 ? StoreEventType.Delete : StoreEventType.Put,
            Key = value.Key,
            Value = value.Value,
            CreateRevision = value.CreateRevision,
            ModRevision = value.ModRevision,
            Version = value.Version,
            Previous = row.IsNull(5) ? null : ReadValue(row, 5),
        };
    }
}

/// <summary>Part of what happened.</summary>
/// <param name="Events">The events, in order. May be empty.</param>
/// <param name="UpTo">The revision up to which this is everything.</param>
internal sealed record HistoryPage(IReadOnlyList<StoreEvent> Events, long UpTo);
