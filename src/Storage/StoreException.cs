namespace Navarch.Storage;

/// <summary>What a store throws. Each kind asks for another reaction of the caller.</summary>
public abstract class StoreException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The store cannot write now: the disk is full, read-only or failing. Nothing was acknowledged. Reads continue, and
/// writes succeed again by themselves when the cause is gone. On opening: the store cannot be reached.
/// </summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : StoreException(message, inner);

/// <summary>
/// Whether a write was made could not be found out: the store went out of reach while it was under way, or its trace is one that
/// another writer may have left. Look before trying again.
/// </summary>
public sealed class StoreOutcomeUnknownException(string message, Exception? inner = null) : StoreException(message, inner);

/// <summary>The store found an invariant broken and has ended, rather than make things worse. Only a restart can help.</summary>
public sealed class StoreFailedException(string message, Exception? inner = null) : StoreException(message, inner);

/// <summary>The data is damaged, foreign, or written by a newer version. The store does not open; nothing was changed.</summary>
public sealed class StoreDataException(string message, Exception? inner = null) : StoreException(message, inner);

/// <summary>Another process (or another store in this one) has the same data open.</summary>
public sealed class StoreInUseException(string message, Exception? inner = null) : StoreException(message, inner);

/// <summary>A watch cannot begin where it was asked to, because not all changes since are retained.</summary>
public sealed class CompactedException(long afterRevision, long compactedRevision)
    : StoreException($"changes after revision {afterRevision} are no longer retained: the store is compacted up to revision {compactedRevision}")
{
    /// <summary>Where the watch was asked to begin.</summary>
    public long AfterRevision { get; } = afterRevision;

    /// <summary>The oldest revision after which a watch could have begun.</summary>
    public long CompactedRevision { get; } = compactedRevision;
}

/// <summary>A watcher was cut off because it left too much unread. All events before were delivered.</summary>
public sealed class SlowWatcherException(string prefix, int eventsQueued, long bytesQueued)
    : StoreException($"the watcher of \"{prefix}\" was cut off: it left {eventsQueued} events ({bytesQueued} bytes) unread");
