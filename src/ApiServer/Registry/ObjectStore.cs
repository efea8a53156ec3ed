using Navarch.Api;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Admission.Quotas;
using Navarch.ApiServer.Encryption;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;
using Navarch.Storage;

namespace Navarch.ApiServer.Registry;

/// <summary>
/// Where objects are found, put and removed: the store under the watch cache. Whoever put something finds it there
/// afterwards, and whoever gives something out or counts it has heard.
/// </summary>
internal sealed class ObjectStore(IRevisionStore store, Cache cache, ValueVault? vault)
{
    /// <summary>Who gives out what objects of a kind must not share.</summary>
    public Dictionary<Kind, IAllocator> Allocators { get; } = [];

    /// <summary>Who counts what namespaces use; null where nobody does.</summary>
    public QuotaAccounts? Quotas { get; set; }

    /// <summary>The object, not older than any acknowledged write.</summary>
    /// <exception cref="StatusException">500: what is stored of it cannot be read.</exception>
    public async ValueTask<StoredObject?> FindAsync(Kind kind, string key, CancellationToken ct)
    {
        kind.Objects.ThrowIfUnreadable(key);
        if (!cache.IsShared && kind.Objects.Current.Objects.Find(key) is { } found)
        {
            return found;
        }

        await cache.WaitForFreshAsync(ct);
        kind.Objects.ThrowIfUnreadable(key);
        return kind.Objects.Current.Objects.Find(key);
    }

    /// <summary>Whether the object has changed since; the cache has then caught up.</summary>
    public async ValueTask<bool> IsStaleAsync(Kind kind, StoredObject current, CancellationToken ct)
    {
        await cache.WaitForFreshAsync(ct);
        return !ReferenceEquals(kind.Objects.Current.Objects.Find(current.Key), current);
    }

    /// <summary>Null when the condition did not hold; then the cache has caught up with what was in the way.</summary>
    /// <param name="current">What is to be replaced; null for a create.</param>
    public async Task<StoredObject?> PutAsync(Kind kind, PreparedObject prepared, StoredObject? current, Reservation? reservation, CancellationToken ct)
    {
        var key = kind.StoragePrefix + prepared.Key;
        var write = new StoreWrite(key, kind.Hub.IsEncrypted ? vault!.Encrypt(key, prepared.Json) : prepared.Json)
        {
            ExpectedRevision = current?.Revision ?? 0,
            State = prepared,
            TimeToLive = kind.Rules.Expiry,
        };
        reservation?.IsSpent = true;
        switch (await store.CommitAsync(write, ct))
        {
            case CommitResult.Committed committed:
                await cache.WaitForAsync(committed.Revision, CancellationToken.None);
                var stored = prepared.Applied ?? StoredObject.From(prepared, committed.Revision, keepValue: true);
                await SettleAsync(kind, prepared.Key, current, stored);
                return stored;
            default:
                reservation?.IsSpent = false;
                await cache.WaitForFreshAsync(ct);
                return null;
        }
    }

    /// <inheritdoc cref="PutAsync"/>
    public async Task<StoredObject?> RemoveAsync(Kind kind, StoredObject current, CancellationToken ct)
    {
        switch (await store.CommitAsync(StoreWrite.Delete(kind.StoragePrefix + current.Key, current.Revision), ct))
        {
            case CommitResult.Committed committed:
                await cache.WaitForAsync(committed.Revision, CancellationToken.None);
                await SettleAsync(kind, current.Key, current, null);
                if (Quotas is { } quotas && quotas.AreIn(current.Namespace))
                {
                    await quotas.ReleaseAsync(kind, current.Value, null);
                }

                return current.WithRevision(committed.Revision);
            default:
                await cache.WaitForFreshAsync(ct);
                return null;
        }
    }

    /// <summary>Removes an object that nobody can read.</summary>
    /// <returns>Null where there is none.</returns>
    public async Task<StoredObject?> RemoveUnreadAsync(Kind kind, string key, string name, CancellationToken ct)
    {
        if (await store.CommitAsync(StoreWrite.Delete(kind.StoragePrefix + key), ct) is not CommitResult.Committed committed)
        {
            return null;
        }

        await cache.WaitForAsync(committed.Revision, CancellationToken.None);
        await SettleAsync(kind, key, null, null);
        return StoredObject.From(kind.Prepare(kind.Bookmark(new ObjectMeta { Name = name })), committed.Revision, keepValue: true);
    }

    public async ValueTask<Reservation?> ReserveAsync(Kind kind, IResource value, IResource? old, WriteOptions options, FieldErrors errors, CancellationToken ct) =>
        Allocators.TryGetValue(kind, out var allocator) ? await allocator.ReserveAsync(value, old, options.IsDryRun, errors, ct) : null;

    // What is stored is stored: the rest is not given up because the caller is gone.
    private Task SettleAsync(Kind kind, string key, StoredObject? before, StoredObject? after) =>
        Allocators.TryGetValue(kind, out var allocator) ? allocator.SettleAsync(key, before?.Value, after?.Value, CancellationToken.None) : Task.CompletedTask;
}
