namespace Navarch.Storage;

/// <summary>
/// A key-value store with one history: every change, to whatever key, gets the next revision of the whole store.
/// </summary>
/// <remarks>
/// Revisions are 64-bit, strictly increasing and never used twice, not even across a crash. An empty store is at
/// revision 1 and its first write gets 2, as in etcd, so that 0 is free to mean "none". Keys are not empty and
/// are ordered by their UTF-8 bytes; values are opaque. Every engine runs the test suite <c>RevisionStoreContract</c>.
/// All members may be called from any thread at any time.
/// </remarks>
public interface IRevisionStore : IAsyncDisposable
{
    /// <summary>The newest durable revision that this process knows of. Everything up to it can be read.</summary>
    long CurrentRevision { get; }

    /// <summary>Whether other processes write to the same data: then this one learns of their writes a little later.</summary>
    bool IsShared { get; }

    /// <summary>The oldest revision after which a watch can still begin. 0 while nothing has been compacted.</summary>
    long CompactedRevision { get; }

    /// <summary>
    /// Ends when the store does: in success after disposal, with <see cref="StoreFailedException"/> when the store
    /// found that it can no longer vouch for its data. The owner of the process should then end it.
    /// </summary>
    Task Completion { get; }

    /// <summary>
    /// A revision that is not older than any write that was acknowledged, by whatever process, before this call. Everybody
    /// who asks meanwhile shares one question; where nobody else writes, the answer is at hand.
    /// </summary>
    /// <exception cref="StoreUnavailableException">Nobody could be asked.</exception>
    ValueTask<long> ReadRevisionAsync(CancellationToken ct);

    /// <summary>The newest value of <paramref name="key"/>, or null where there is none.</summary>
    Task<StoredValue?> GetAsync(string key, CancellationToken ct);

    /// <summary>All entries whose key begins with <paramref name="prefix"/>, in key order, at one revision. The empty prefix is everything.</summary>
    Task<StoreSnapshot> RangeAsync(string prefix, CancellationToken ct);

    /// <summary>
    /// The same as <see cref="RangeAsync"/> in pages, all of one revision, of which only one need be in memory. There is at
    /// least one page, which may be empty. What is being read is kept for the reader: it should not be slow.
    /// </summary>
    /// <exception cref="StoreUnavailableException">Or what is being read was compacted meanwhile: begin anew.</exception>
    IAsyncEnumerable<StoreSnapshot> RangePagesAsync(string prefix, CancellationToken ct);

    /// <summary>
    /// Makes one change, if the condition of <paramref name="write"/> holds. Returns when the change is durable.
    /// </summary>
    /// <remarks>
    /// Cancellation takes effect only until the engine begins with the write: after
    /// <see cref="OperationCanceledException"/> nothing was changed, and a change that was begun is reported. One whose answer
    /// was lost is not tried again for a caller who has cancelled.
    /// </remarks>
    /// <exception cref="StoreUnavailableException">The disk is full, read-only or failing, or a distributed store is out of reach. Nothing was changed; try again later.</exception>
    /// <exception cref="StoreOutcomeUnknownException">The answer was lost and could not be found out: the change may have been made, or may yet be.</exception>
    /// <exception cref="StoreFailedException">The store has ended and will not accept writes again.</exception>
    /// <exception cref="ArgumentException">The key or the value is not storable.</exception>
    Task<CommitResult> CommitAsync(StoreWrite write, CancellationToken ct);

    /// <summary>
    /// Every change after <paramref name="afterRevision"/> to keys that begin with <paramref name="prefix"/>, in
    /// order, without gap or repetition, until <paramref name="ct"/> or the store's disposal ends it. First comes what history holds, then
    /// what happens: one batch is what one commit made durable (or one page of history), so that a reader
    /// which wants everything pays per batch and not per event. Batches are never empty, and are shared: read only. A
    /// reader that waits is run by the thread that writes: it must be quick and never block. For others there is
    /// <see cref="RevisionStoreExtensions.WatchAsync"/>.
    /// </summary>
    /// <remarks>
    /// <c>RangeAsync(p)</c> at revision r, then <c>WatchAsync(p, r)</c>, misses nothing. An event is handed to the
    /// reader, or queued for it, before its writer is answered. A revision of the future is waited for. <see cref="StoreEvent.State"/> is
    /// present only on events that happened while this watch was live.
    /// </remarks>
    /// <exception cref="CompactedException">Changes after that revision are no longer all retained: range, then watch from there.</exception>
    /// <exception cref="SlowWatcherException">The reader fell behind its bound. Everything before was delivered; watch again from the last event.</exception>
    /// <exception cref="StoreFailedException">The store has ended.</exception>
    IAsyncEnumerable<IReadOnlyList<StoreEvent>> WatchBatchesAsync(string prefix, long afterRevision, CancellationToken ct);

    /// <summary>
    /// Forgets values that were replaced or deleted at or before <paramref name="revision"/>. Returns when done.
    /// Compacting what is already compacted does nothing. The engine compacts by itself what is older than its retention.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="revision"/> lies in the future.</exception>
    Task CompactAsync(long revision, CancellationToken ct);
}
