using Navarch.ApiServer.Backups;
using Navarch.Storage;
using Navarch.Storage.Snapshots;
using Navarch.Storage.Sqlite;

namespace Navarch.Cluster.Backup;

/// <summary>
/// Brings what a restore has laid down for a cluster over etcd into it, before the first API server serves. Whichever server
/// comes first does it; the others wait. One that is killed during it is followed by the next, from the beginning.
/// </summary>
public static class RestoredEtcd
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(300);
    private static readonly byte[] Filling = "filling"u8.ToArray();

    /// <param name="database">Where a restore has laid the objects down. Removed when they are in etcd.</param>
    /// <exception cref="StoreDataException">etcd holds another cluster's objects.</exception>
    public static async Task FillAsync(string database, IRevisionStore etcd, TimeProvider time, CancellationToken ct)
    {
        while (File.Exists(database))
        {
            try
            {
                // Held as long as it takes: it is the lock.
                await using var objects = await SqliteRevisionStore.OpenAsync(new SqliteStoreConfig { Path = database }, time, ct);
                await FillAsync(objects, etcd, ct);
            }
            catch (StoreInUseException)
            {
                await Task.Delay(LookAgain, time, ct);
                continue;
            }

            // The lock's file first: beside it, a database that is gone would be taken for a loss.
            foreach (var suffix in (string[])[".lock", "-wal", "-shm", ""])
            {
                File.Delete(database + suffix);
            }
        }
    }

    private static async Task FillAsync(SqliteRevisionStore objects, IRevisionStore etcd, CancellationToken ct)
    {
        var mark = await etcd.GetAsync(ShiftedRevisionStore.Key, ct);
        if (mark is not null && !mark.Value.Span.SequenceEqual(Filling))
        {
            return; // It ended just before this server could look.
        }

        if (mark is null)
        {
            if ((await etcd.RangeAsync(StoredObjects.Root, ct)).Entries is [var present, ..])
            {
                throw new StoreDataException($"a restored cluster needs an empty etcd, and this one holds {present.Key}");
            }

            await etcd.CommitAsync(StoreWrite.Put(ShiftedRevisionStore.Key, Filling), ct);
        }

        var loader = new SnapshotLoader(etcd, StoredObjects.TimeToLive, replaces: true);
        await foreach (var page in objects.RangePagesAsync(StoredObjects.Root, ct))
        {
            foreach (var entry in page.Entries)
            {
                await loader.AddAsync(entry, ct);
            }
        }

        await loader.FinishAsync();

        // From here on revisions are counted on from those that the database has begun at.
        await etcd.CommitAsync(StoreWrite.Put(ShiftedRevisionStore.Key, ShiftedRevisionStore.Kept(objects.CurrentRevision)), ct);
    }
}
