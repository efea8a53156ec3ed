using Navarch.Storage.Etcd;
using Navarch.Storage.Snapshots;
using Navarch.Testing;

namespace Navarch.Storage.Tests.Snapshots;

/// <summary>A store that was filled from a backup counts on from above it.</summary>
public sealed class ShiftedRevisionTests : IAsyncLifetime
{
    private const long By = 1_000_000_000;

    private EtcdCluster? cluster;
    private IRevisionStore plain = null!;
    private IRevisionStore store = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(EtcdCluster.IsInstalled, "etcd is not installed (etcd-server)");
        cluster = await EtcdCluster.StartAsync();
        plain = await OpenAsync();
        await plain.CommitAsync(StoreWrite.Create("/registry/before", "1"u8.ToArray()), Ct);
        Assert.Same(plain, await ShiftedRevisionStore.OverAsync(plain, Ct));
        await plain.CommitAsync(StoreWrite.Create(ShiftedRevisionStore.Key, ShiftedRevisionStore.Kept(By)), Ct);
        store = await ShiftedRevisionStore.OverAsync(await OpenAsync(), Ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (cluster is not null)
        {
            await store.DisposeAsync();
            await plain.DisposeAsync();
            await cluster.DisposeAsync();
        }
    }

    [Fact]
    public async Task Reads_writes_and_watches_speak_of_the_same_revisions()
    {
        var before = (await store.GetAsync("/registry/before", Ct))!;
        Assert.Equal((By + 2, By + 2, 1), (before.CreateRevision, before.ModRevision, before.Version));
        await using var watch = store.WatchAsync("/registry/", await store.ReadRevisionAsync(Ct), Ct).GetAsyncEnumerator(Ct);

        var updated = Assert.IsType<CommitResult.Committed>(await store.CommitAsync(StoreWrite.Put("/registry/before", "2"u8.ToArray(), before.ModRevision), Ct));
        var conflict = Assert.IsType<CommitResult.Conflict>(await store.CommitAsync(StoreWrite.Put("/registry/before", "3"u8.ToArray(), before.ModRevision), Ct));
        var never = Assert.IsType<CommitResult.Conflict>(await store.CommitAsync(StoreWrite.Put("/registry/before", "3"u8.ToArray(), 2), Ct));
        var deleted = Assert.IsType<CommitResult.Committed>(await store.CommitAsync(StoreWrite.Delete("/registry/before", updated.Revision), Ct));

        Assert.Equal((By + 4, By + 2), (updated.Revision, updated.Previous!.ModRevision));
        Assert.Equal(updated.Revision, conflict.Current!.ModRevision);
        Assert.Equal(updated.Revision, never.Current!.ModRevision);
        Assert.Equal(By + 5, deleted.Revision);
        await watch.MoveNextAsync();
        Assert.Equal((By + 4, By + 2, By + 2), (watch.Current.ModRevision, watch.Current.CreateRevision, watch.Current.Previous!.ModRevision));
        await watch.MoveNextAsync();
        Assert.Equal((StoreEventType.Delete, By + 5), (watch.Current.Type, watch.Current.ModRevision));
        Assert.Equal(By + 5, (await store.RangeAsync("/registry/", Ct)).Revision);
        Assert.Equal(By + 5, store.CurrentRevision);
    }

    [Fact]
    public async Task A_watch_from_before_the_restore_is_told_to_look_anew()
    {
        await using var watch = store.WatchAsync("/registry/", 5_000, Ct).GetAsyncEnumerator(Ct);

        var error = await Assert.ThrowsAsync<CompactedException>(async () => await watch.MoveNextAsync());

        Assert.Equal((5_000, By), (error.AfterRevision, error.CompactedRevision));
    }

    [Fact]
    public async Task Compaction_is_of_shifted_revisions()
    {
        await store.CommitAsync(StoreWrite.Put("/registry/before", "2"u8.ToArray()), Ct);
        await store.CompactAsync(store.CurrentRevision, Ct);

        Assert.Equal(By + 4, store.CompactedRevision);
        await Assert.ThrowsAsync<CompactedException>(async () =>
        {
            await using var watch = store.WatchAsync("/registry/", By + 3, Ct).GetAsyncEnumerator(Ct);
            await watch.MoveNextAsync();
        });
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => store.CompactAsync(store.CurrentRevision + 1, Ct));
    }

    private async Task<IRevisionStore> OpenAsync() => await EtcdRevisionStore.OpenAsync(new() { Endpoints = cluster!.Endpoints }, TimeProvider.System, Ct);
}
