using System.Globalization;
using System.Runtime.CompilerServices;
using Navarch.ApiServer.Backups;
using Navarch.Cluster.Lifecycle;
using Navarch.Cluster.Profiles;
using Navarch.Storage;
using Navarch.Storage.Snapshots;
using Navarch.Storage.Sqlite;

namespace Navarch.Cluster.Backup;

/// <summary>Everything that a cluster has stored at one revision: from its API server, or where it is stopped from its database.</summary>
internal abstract class SnapshotSource : IAsyncDisposable
{
    public long Revision { get; protected init; }

    /// <summary><c>sqlite</c> or <c>etcd</c>.</summary>
    public required string Store { get; init; }

    /// <summary>The objects in the order of their keys. To be read once.</summary>
    public abstract IAsyncEnumerable<StoredValue> ReadAsync(CancellationToken ct);

    public abstract ValueTask DisposeAsync();

    /// <exception cref="ClusterException">There is neither a server nor a database.</exception>
    public static async Task<SnapshotSource> OpenAsync(Profile profile, ProfilePaths paths, TimeProvider time, CancellationToken ct)
    {
        var api = new ClusterApi(profile, paths);
        if (await api.IsReadyAsync(ct))
        {
            return await OfServer.OpenAsync(api, ct);
        }

        api.Dispose();
        if (!File.Exists(paths.Database))
        {
            throw new ClusterException($"the cluster \"{profile.Name}\" does not answer and has no database of its own", $"start it with `sudo navarch start -p {profile.Name}`");
        }

        return await OfDatabase.OpenAsync(await SqliteRevisionStore.OpenAsync(new SqliteStoreConfig { Path = paths.Database }, time, ct), ct);
    }

    private sealed class OfServer(ClusterApi api, HttpResponseMessage response, Stream body) : SnapshotSource
    {
        public static async Task<SnapshotSource> OpenAsync(ClusterApi api, CancellationToken ct)
        {
            var response = await api.OpenAsync("/navarch/v1/snapshot", ct);
            return new OfServer(api, response, new BufferedStream(await response.Content.ReadAsStreamAsync(ct), 1 << 20))
            {
                Store = Header(response, "Navarch-Store"),
                Revision = long.Parse(Header(response, "Navarch-Revision"), CultureInfo.InvariantCulture),
            };
        }

        public override async IAsyncEnumerable<StoredValue> ReadAsync([EnumeratorCancellation] CancellationToken ct)
        {
            var records = new EntryRecordReader(body);
            while (await NextAsync(records, ct) is { } entry)
            {
                yield return entry;
            }

            if (records.EndRevision != Revision)
            {
                throw Interrupted(null);
            }
        }

        public override async ValueTask DisposeAsync()
        {
            await body.DisposeAsync();
            response.Dispose();
            api.Dispose();
        }

        private static async Task<StoredValue?> NextAsync(EntryRecordReader records, CancellationToken ct)
        {
            try
            {
                return await records.ReadAsync(ct);
            }
            catch (Exception e) when (e is IOException or HttpRequestException or InvalidDataException)
            {
                throw Interrupted(e);
            }
        }

        private static ClusterException Interrupted(Exception? cause) => new("the server ended the snapshot before it was complete", "try again; the server's log says why", cause);

        private static string Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values)
            ? values.First()
            : throw new ClusterException("the API server does not make snapshots", "is it of another version? Start it anew");
    }

    private sealed class OfDatabase(IRevisionStore store, IAsyncEnumerator<StoreSnapshot> pages) : SnapshotSource
    {
        public static async Task<SnapshotSource> OpenAsync(IRevisionStore store, CancellationToken ct)
        {
            var pages = store.RangePagesAsync(StoredObjects.Root, ct).GetAsyncEnumerator(ct);
            await pages.MoveNextAsync();
            return new OfDatabase(store, pages) { Store = "sqlite", Revision = pages.Current.Revision };
        }

        public override async IAsyncEnumerable<StoredValue> ReadAsync([EnumeratorCancellation] CancellationToken ct)
        {
            do
            {
                foreach (var entry in pages.Current.Entries.Where(static entry => StoredObjects.Include(entry.Key)))
                {
                    ct.ThrowIfCancellationRequested();
                    yield return entry;
                }
            }
            while (await pages.MoveNextAsync());
        }

        public override async ValueTask DisposeAsync()
        {
            await pages.DisposeAsync();
            await store.DisposeAsync();
        }
    }
}
