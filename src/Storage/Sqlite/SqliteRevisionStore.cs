using System.Runtime.CompilerServices;
using Navarch.Storage.Watching;

namespace Navarch.Storage.Sqlite;

/// <summary>The embedded engine: one SQLite file, one process that uses it, one loop that writes.</summary>
/// <remarks>
/// Values are not kept in memory: reads go to the file, through SQLite's small caches and the kernel's large one. Memory
/// is used by writes that are under way and by what watchers have not read yet, and both have bounds.
/// </remarks>
public sealed class SqliteRevisionStore : IRevisionStore
{
    /// <summary>The revision of an empty store.</summary>
    internal const long FirstRevision = 1;

    private readonly SqliteStoreConfig config;
    private readonly DataFile file;
    private readonly WriteConnection writer;
    private readonly Checkpointer checkpointer;
    private readonly ReaderPool readers;
    private readonly WatchHub hub;
    private readonly WriteLoop loop;
    private int isDisposed;

    private SqliteRevisionStore(SqliteStoreConfig config, TimeProvider time, DataFile file, SqliteConnection connection)
    {
        (this.config, this.file) = (config, file);
        writer = new(connection);
        hub = new(writer.ReadRevision(), config.WatchQueueBytesMax);
        readers = new(file.Path);
        checkpointer = new(file.Path, config.LogBytesMax);
        loop = new(config, time, writer, checkpointer, hub);
        loop.Start();
    }

    public long CurrentRevision => loop.Revision;

    public bool IsShared => false;

    public long CompactedRevision => loop.Compacted;

    public Task Completion => loop.Completion;

    /// <summary>Opens the store, and creates it where there is none. Checks all of its pages first.</summary>
    /// <exception cref="StoreInUseException">Another process has it open.</exception>
    /// <exception cref="StoreDataException">The file is damaged, not ours or too new. It was not changed.</exception>
    /// <exception cref="StoreUnavailableException">The file cannot be read or written, or SQLite is not installed.</exception>
    public static Task<SqliteRevisionStore> OpenAsync(SqliteStoreConfig config, TimeProvider time, CancellationToken ct) =>
        Task.Run(() => Open(config with { Path = Path.GetFullPath(config.Path) }, time), ct);

    // The file has no other writer: what was acknowledged to anybody was acknowledged here.
    public ValueTask<long> ReadRevisionAsync(CancellationToken ct) => ValueTask.FromResult(CurrentRevision);

    public Task<StoredValue?> GetAsync(string key, CancellationToken ct)
    {
        var utf8 = StoreKey.Encode(key);
        return readers.ReadAsync(connection => connection.Get(utf8), isLong: false, $"read {key}", ct);
    }

    public Task<StoreSnapshot> RangeAsync(string prefix, CancellationToken ct)
    {
        var utf8 = StoreKey.EncodePrefix(prefix);
        return readers.ReadAsync(connection => connection.Range(utf8, ct), isLong: true, $"read {prefix}", ct);
    }

    public async IAsyncEnumerable<StoreSnapshot> RangePagesAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        var utf8 = StoreKey.EncodePrefix(prefix);
        var doing = $"read {prefix}";
        var connection = await readers.RentAsync(doing, ct);
        try
        {
            connection.BeginPages(utf8);
            for (var isFirst = true; ; isFirst = false)
            {
                ct.ThrowIfCancellationRequested();
                var page = await Task.Run(() => NextPage(connection, doing), ct);
                if (page.Entries.Count == 0 && !isFirst)
                {
                    yield break;
                }
                yield return page;
            }
        }
        finally
        {
            try
            {
                connection.EndPages();
            }
            finally
            {
                readers.Return(connection);
            }
        }
    }

    public Task<CommitResult> CommitAsync(StoreWrite write, CancellationToken ct)
    {
        write.ThrowIfNotStorable(config.ValueBytesMax);
        return loop.CommitAsync(new PendingWrite(write, StoreKey.Encode(write.Key), ct), ct);
    }

    public async IAsyncEnumerable<IReadOnlyList<StoreEvent>> WatchBatchesAsync(
        string prefix, long afterRevision, [EnumeratorCancellation] CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterRevision);
        ObjectDisposedException.ThrowIf(isDisposed != 0, this);
        var utf8 = StoreKey.EncodePrefix(prefix);
        var position = afterRevision;

        // What is old is read before the queue exists, so that a long way to go does not fill it.
        while (position < hub.Published)
        {
            var page = await ReadHistoryAsync(utf8, prefix, position, hub.Published, ct);
            position = page.UpTo;
            if (page.Events.Count > 0)
            {
                yield return page.Events;
            }
        }

        var queue = hub.Register(prefix, out var queuedAfter);
        try
        {
            while (position < queuedAfter)
            {
                var page = await ReadHistoryAsync(utf8, prefix, position, queuedAfter, ct);
                position = page.UpTo;
                if (page.Events.Count > 0)
                {
                    yield return page.Events;
                }
            }
            while (await queue.WaitAsync(ct))
            {
                while (queue.TryRead(out var batch))
                {
                    if (batch[0].ModRevision <= afterRevision)
                    {
                        batch = batch.SkipWhile(change => change.ModRevision <= afterRevision).ToList(); // Begun in the future.
                    }
                    if (batch.Count > 0)
                    {
                        yield return batch;
                    }
                }
            }
        }
        finally
        {
            hub.Unregister(queue);
        }
    }

    public Task CompactAsync(long revision, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(revision, CurrentRevision);
        return revision <= CompactedRevision ? Task.CompletedTask : loop.CompactAsync(revision, ct);
    }

    /// <summary>Carries out the writes that were accepted, ends the watches and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isDisposed, 1) != 0)
        {
            await loop.Completion.ContinueWith(_ => { }, TaskScheduler.Default);
            return;
        }
        loop.Stop();
        await loop.Completion.ContinueWith(_ => { }, TaskScheduler.Default); // A failure was told to everyone it concerns.
        await readers.DisposeAsync();
        checkpointer.Dispose();
        writer.Dispose(); // The last connection copies the log into the file and removes it.
        file.Dispose();
    }

    private static SqliteRevisionStore Open(SqliteStoreConfig config, TimeProvider time)
    {
        DataFile? file = null;
        SqliteConnection? connection = null;
        try
        {
            if (Sqlite3.Version() < Sqlite3.VersionMin)
            {
                throw new StoreUnavailableException("SQLite is older than 3.37; update the package libsqlite3-0");
            }
            file = new(config.Path);
            connection = new(config.Path);
            Schema.Prepare(connection, config.Path);
            Schema.BeginAt(connection, config.FirstRevision);
            Configure(connection, config.Path);
            LogSpace.Reserve(config.Path, config.LogBytesMax + (config.LogBytesMax / 4)); // It grows on while it is copied.
            file.MarkInUse();
            return new(config, time, file, connection);
        }
        catch (Exception e)
        {
            connection?.Dispose();
            file?.Dispose();
            throw Explain(e, config.Path);
        }
    }

    private static void Configure(SqliteConnection connection, string path)
    {
        if (connection.QueryTexts("PRAGMA journal_mode = WAL") is not ["wal"])
        {
            throw new StoreUnavailableException($"{path}: its file system cannot share memory between connections (journal_mode=WAL)");
        }

        // FULL: each commit is synced. secure_delete costs I/O that the values do not need, because what is secret is
        // encrypted before it gets here; FAST still overwrites where it is free.
        connection.Execute(
            """
            PRAGMA synchronous = FULL;
            PRAGMA cache_size = -4096;
            PRAGMA temp_store = MEMORY;
            PRAGMA secure_delete = FAST;
            PRAGMA cell_size_check = ON;
            PRAGMA trusted_schema = OFF;
            """);
    }

    private static Exception Explain(Exception e, string path) => e switch
    {
        SqliteException sqlite => sqlite.ToStoreException($"open {path}"),
        IOException or UnauthorizedAccessException => new StoreUnavailableException($"cannot open {path}: {e.Message}", e),
        DllNotFoundException => new StoreUnavailableException("SQLite is not installed; install the package libsqlite3-0", e),
        _ => e,
    };

    private static StoreSnapshot NextPage(ReadConnection connection, string doing)
    {
        try
        {
            return connection.NextPage();
        }
        catch (SqliteException e)
        {
            throw e.ToStoreException(doing);
        }
    }

    private Task<HistoryPage> ReadHistoryAsync(byte[] utf8, string prefix, long after, long upTo, CancellationToken ct) =>
        readers.ReadAsync(connection => connection.History(utf8, after, upTo), isLong: true, $"read the history of {prefix}", ct);
}
