using System.Runtime.CompilerServices;

namespace Navarch.Storage;

/// <summary>What can be said of any store in terms of its interface.</summary>
public static class RevisionStoreExtensions
{
    /// <summary>The events of <see cref="IRevisionStore.WatchBatchesAsync"/> one by one, with the same promises and exceptions, for readers that take their time.</summary>
    public static async IAsyncEnumerable<StoreEvent> WatchAsync(
        this IRevisionStore store, string prefix, long afterRevision, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var batch in store.WatchBatchesAsync(prefix, afterRevision, ct))
        {
            await Task.Yield(); // Off the writer's thread.
            foreach (var change in batch)
            {
                yield return change;
            }
        }
    }
}
