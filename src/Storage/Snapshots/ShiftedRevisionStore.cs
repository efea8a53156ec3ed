using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Navarch.Storage.Snapshots;

/// <summary>
/// A store whose revisions all are greater by the same number than those of the one that it stands before. etcd always begins
/// at revision 1; one that was filled from a backup has to go on above what its predecessor has given out.
/// </summary>
/// <remarks>
/// By how much is kept in the store itself, under <see cref="Key"/>, so that everybody who opens it shifts alike. An event
/// that a watcher gets is equal to the one that its writer gets, but not the same instance.
/// </remarks>
public sealed class ShiftedRevisionStore : IRevisionStore
{
    /// <summary>Holds the number. Not below <c>/registry/</c>: it is no object.</summary>
    public const string Key = "navarch_restored";

    // No write has it, so a write that expects it is a conflict.
    private const long Never = long.MaxValue;

    private readonly IRevisionStore store;
    private readonly long by;

    private ShiftedRevisionStore(IRevisionStore store, long by)
    {
        this.store = store;
        this.by = by;
    }

    /// <summary>The store as everybody is to see it: itself, unless it was filled from a backup.</summary>
    public static async Task<IRevisionStore> OverAsync(IRevisionStore store, CancellationToken ct) =>
        await store.GetAsync(Key, ct) is { } kept && long.TryParse(Encoding.UTF8.GetString(kept.Value.Span), CultureInfo.InvariantCulture, out var by) && by > 0
            ? new ShiftedRevisionStore(store, by)
            : store;

    /// <summary>What is kept under <see cref="Key"/>.</summary>
    public static byte[] Kept(long by) => Encoding.UTF8.GetBytes(by.ToString(CultureInfo.InvariantCulture));

    public long CurrentRevision => store.CurrentRevision + by;

    public bool IsShared => store.IsShared;

    public long CompactedRevision => store.CompactedRevision + by;

    public Task Completion => store.Completion;

    public async ValueTask<long> ReadRevisionAsync(CancellationToken ct) => await store.ReadRevisionAsync(ct) + by;

    public async Task<StoredValue?> GetAsync(string key, CancellationToken ct) => Shifted(await store.GetAsync(key, ct));

    public async Task<StoreSnapshot> RangeAsync(string prefix, CancellationToken ct) => Shifted(await store.RangeAsync(prefix, ct));

    public async IAsyncEnumerable<StoreSnapshot> RangePagesAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var page in store.RangePagesAsync(prefix, ct))
        {
            yield return Shifted(page);
        }
    }

    public async Task<CommitResult> CommitAsync(StoreWrite write, CancellationToken ct)
    {
        var expected = write.ExpectedRevision switch
        {
            > 0 and var revision => revision > by ? revision - by : Never,
            var other => other,
        };
        return await store.CommitAsync(write with { ExpectedRevision = expected }, ct) switch
        {
            CommitResult.Committed committed => new CommitResult.Committed(Shifted(committed.Event)),
            CommitResult.Conflict conflict => new CommitResult.Conflict(Shifted(conflict.Current)),
            var other => other,
        };
    }

    public async IAsyncEnumerable<IReadOnlyList<StoreEvent>> WatchBatchesAsync(
        string prefix, long afterRevision, [EnumeratorCancellation] CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterRevision);
        if (afterRevision < CompactedRevision)
        {
            throw new CompactedException(afterRevision, CompactedRevision);
        }

        await using var batches = store.WatchBatchesAsync(prefix, afterRevision - by, ct).GetAsyncEnumerator(ct);
        while (await NextAsync(batches))
        {
            yield return [.. batches.Current.Select(Shifted)];
        }
    }

    public Task CompactAsync(long revision, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(revision, CurrentRevision);
        return revision <= by ? Task.CompletedTask : store.CompactAsync(revision - by, ct);
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<IReadOnlyList<StoreEvent>> batches)
    {
        try
        {
            return await batches.MoveNextAsync();
        }
        catch (CompactedException e)
        {
            throw new CompactedException(e.AfterRevision + by, e.CompactedRevision + by);
        }
    }

    private StoreSnapshot Shifted(StoreSnapshot snapshot) => new(snapshot.Revision + by, [.. snapshot.Entries.Select(entry => Shifted(entry)!)]);

    private StoredValue? Shifted(StoredValue? value) =>
        value is null ? null : value with { CreateRevision = value.CreateRevision + by, ModRevision = value.ModRevision + by };

    // A delete may be told of without what it deleted: then there is no revision to shift.
    private StoreEvent Shifted(StoreEvent change) => change with
    {
        ModRevision = change.ModRevision + by,
        CreateRevision = change.CreateRevision == 0 ? 0 : change.CreateRevision + by,
        Previous = Shifted(change.Previous),
    };
}
