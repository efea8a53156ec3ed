using System.Runtime.CompilerServices;
using Navarch.Storage;

namespace Navarch.ApiServer.Tests.Encryption;

/// <summary>A store whose writes, and whose next look through everything, can be held up: for what happens meanwhile.</summary>
internal sealed class HeldStore(IRevisionStore store) : IRevisionStore
{
    private readonly TaskCompletionSource looked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task writesPass = Task.CompletedTask;
    private Task? nextLookEnds;

    public long CurrentRevision => store.CurrentRevision;

    public bool IsShared => store.IsShared;

    public long CompactedRevision => store.CompactedRevision;

    public Task Completion => store.Completion;

    /// <summary>Somebody has seen everything, and is held up.</summary>
    public Task Looked => looked.Task;

    public void HoldWrites(Task until) => Volatile.Write(ref writesPass, until);

    /// <summary>Whoever looks through everything next has done so only then.</summary>
    public void HoldNextLook(Task until) => Volatile.Write(ref nextLookEnds, until);

    public ValueTask<long> ReadRevisionAsync(CancellationToken ct) => store.ReadRevisionAsync(ct);

    public Task<StoredValue?> GetAsync(string key, CancellationToken ct) => store.GetAsync(key, ct);

    public Task<StoreSnapshot> RangeAsync(string prefix, CancellationToken ct) => store.RangeAsync(prefix, ct);

    public async IAsyncEnumerable<StoreSnapshot> RangePagesAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        var end = Interlocked.Exchange(ref nextLookEnds, null);
        await foreach (var page in store.RangePagesAsync(prefix, ct))
        {
            yield return page;
        }

        if (end is not null)
        {
            looked.SetResult();
            await end;
        }
    }

    public async Task<CommitResult> CommitAsync(StoreWrite write, CancellationToken ct)
    {
        await Volatile.Read(ref writesPass);
        return await store.CommitAsync(write, ct);
    }

    public IAsyncEnumerable<IReadOnlyList<StoreEvent>> WatchBatchesAsync(string prefix, long afterRevision, CancellationToken ct) => store.WatchBatchesAsync(prefix, afterRevision, ct);

    public Task CompactAsync(long revision, CancellationToken ct) => store.CompactAsync(revision, ct);

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
