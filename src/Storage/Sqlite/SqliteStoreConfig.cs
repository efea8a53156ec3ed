namespace Navarch.Storage.Sqlite;

/// <summary>Where the data lies, and the bounds of the engine.</summary>
public sealed record SqliteStoreConfig
{
    /// <summary>The database file. Beside it appear <c>-wal</c>, <c>-shm</c> and <c>.lock</c>. All have mode 0600.</summary>
    public required string Path { get; init; }

    /// <summary>The revision of the store when it is new. One that is restored begins above what its predecessor has given out.</summary>
    public long FirstRevision { get; init; } = SqliteRevisionStore.FirstRevision;

    /// <summary>How long replaced and deleted values, and with them the events that watches resume from, are kept. As long as upstream's.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many writes may share one transaction. 1 is one fsync for each, for comparison.</summary>
    public int WritesPerCommitMax { get; init; } = 512;

    /// <summary>How many bytes of values may share one transaction; one write may exceed it alone.</summary>
    public int BytesPerCommitMax { get; init; } = 4 << 20;

    /// <summary>How many writes wait in the queue before further callers wait outside.</summary>
    public int QueuedWritesMax { get; init; } = 1024;

    /// <summary>The longest value that is accepted, in bytes. etcd's own default limit of a request is 1.5 MiB.</summary>
    public int ValueBytesMax { get; init; } = 8 << 20;

    /// <summary>How many bytes of events a watcher may leave unread before it is cut off.</summary>
    public long WatchQueueBytesMax { get; init; } = 32 << 20;

    /// <summary>How long the write-ahead log may get before it is copied into the database file in the background, in bytes.</summary>
    public long LogBytesMax { get; init; } = 16 << 20;
}
