using Navarch.Storage.Etcd;
using Navarch.Storage.Snapshots;
using Navarch.Storage.Sqlite;
using Navarch.Testing;

namespace Navarch.Storage.Tests.Snapshots;

/// <summary>What one store holds is put into another, whatever their engines.</summary>
public sealed class RestoredStoreTests : IDisposable
{
    private const int Entries = 3_000;

    private readonly TemporaryDirectory directory = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task From_sqlite_to_sqlite()
    {
        await using var from = await OpenAsync("from.db");
        await FillAsync(from);
        await AssertRestoredAsync(from);
    }

    [Fact]
    public async Task From_etcd_to_sqlite()
    {
        Assert.SkipUnless(EtcdCluster.IsInstalled, "etcd is not installed (etcd-server)");
        await using var cluster = await EtcdCluster.StartAsync();
        await using var from = await EtcdRevisionStore.OpenAsync(new() { Endpoints = cluster.Endpoints }, TimeProvider.System, Ct);
        await FillAsync(from);
        await AssertRestoredAsync(from);
    }

    [Fact]
    public async Task From_sqlite_to_etcd()
    {
        Assert.SkipUnless(EtcdCluster.IsInstalled, "etcd is not installed (etcd-server)");
        await using var from = await OpenAsync("from.db");
        await FillAsync(from);
        await using var cluster = await EtcdCluster.StartAsync();
        await using var to = await EtcdRevisionStore.OpenAsync(new() { Endpoints = cluster.Endpoints }, TimeProvider.System, Ct);

        await LoadAsync(from, to);

        Assert.Equal(await ContentAsync(from), await ContentAsync(to));
    }

    [Fact]
    public async Task A_store_that_is_not_empty_is_not_filled()
    {
        await using var from = await OpenAsync("from.db");
        await using var to = await OpenAsync("to.db");
        await from.CommitAsync(StoreWrite.Create("/registry/a", "1"u8.ToArray()), Ct);
        await to.CommitAsync(StoreWrite.Create("/registry/a", "2"u8.ToArray()), Ct);

        var error = await Assert.ThrowsAsync<StoreDataException>(() => LoadAsync(from, to));

        Assert.Equal("the store is not empty: it holds /registry/a", error.Message);
        Assert.Equal("2"u8.ToArray(), (await to.GetAsync("/registry/a", Ct))!.Value.ToArray());
    }

    [Fact]
    public async Task Entries_that_expire_do_so_anew()
    {
        var time = new ManualTime(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var from = await OpenAsync("from.db");
        await from.CommitAsync(StoreWrite.Create("/registry/events/a", "1"u8.ToArray()), Ct);
        await from.CommitAsync(StoreWrite.Create("/registry/pods/a", "1"u8.ToArray()), Ct);
        await using var to = await SqliteRevisionStore.OpenAsync(new() { Path = directory.Path("to.db") }, time, Ct);

        await LoadAsync(from, to);
        time.Advance(TimeSpan.FromMinutes(61));

        await Eventually.TrueAsync(() => to.CurrentRevision == 4, "the event expires");
        Assert.Null(await to.GetAsync("/registry/events/a", Ct));
        Assert.NotNull(await to.GetAsync("/registry/pods/a", Ct));
    }

    [Fact]
    public void A_store_that_is_restored_again_later_does_not_give_out_the_same_revisions()
    {
        const long FastestPerSecond = 50_000;
        var first = RestoredRevision.Of(5_000_000, TimeSpan.FromHours(1));
        var again = RestoredRevision.Of(5_000_000, TimeSpan.FromHours(2));

        Assert.True(first > 5_000_000 + (FastestPerSecond * 3600));
        Assert.True(again > first + (FastestPerSecond * 3600));
        Assert.Equal(1_005_000_000, RestoredRevision.Of(5_000_000, TimeSpan.FromHours(-3)));
    }

    private async Task AssertRestoredAsync(IRevisionStore from)
    {
        var first = RestoredRevision.Of(from.CurrentRevision, TimeSpan.Zero);
        var old = from.CurrentRevision;
        await using (var to = await OpenAsync("to.db", first))
        {
            Assert.Equal((first, first), (to.CurrentRevision, to.CompactedRevision));
            await LoadAsync(from, to);

            Assert.Equal(await ContentAsync(from), await ContentAsync(to));
            Assert.Equal(first + Entries, to.CurrentRevision);
            Assert.All((await to.RangeAsync("", Ct)).Entries, entry => Assert.InRange(entry.ModRevision, first + 1, first + Entries));
            await Assert.ThrowsAsync<CompactedException>(() => FirstAsync(to, old));
            await Assert.ThrowsAsync<CompactedException>(() => FirstAsync(to, first - 1));
            Assert.Equal(first + 1, (await FirstAsync(to, first)).ModRevision);
            await to.CompactAsync(to.CurrentRevision, Ct);
        }

        // The revision to begin at is for a store that is new; this one goes on from where it was.
        await using var again = await OpenAsync("to.db", first * 2);
        Assert.Equal(first + Entries, again.CurrentRevision);
        Assert.Equal(first + Entries + 1, Assert.IsType<CommitResult.Committed>(await again.CommitAsync(StoreWrite.Put("/registry/new", "x"u8.ToArray()), Ct)).Revision);
    }

    private static async Task<StoreEvent> FirstAsync(IRevisionStore store, long after)
    {
        await foreach (var change in store.WatchAsync("", after, Ct))
        {
            return change;
        }

        throw new InvalidOperationException("the watch ended");
    }

    private static async Task FillAsync(IRevisionStore store)
    {
        var large = new byte[1 << 20];
        new Random(1).NextBytes(large);
        await Task.WhenAll(Enumerable.Range(0, Entries - 1).Select(i => store.CommitAsync(StoreWrite.Create($"/registry/pods/{i:0000}", BitConverter.GetBytes(i)), Ct)));
        await store.CommitAsync(StoreWrite.Create("/registry/large", large), Ct);
        await store.CommitAsync(StoreWrite.Create("/registry/deleted", large), Ct);
        await store.CommitAsync(StoreWrite.Delete("/registry/deleted"), Ct);
    }

    private static async Task LoadAsync(IRevisionStore from, IRevisionStore to)
    {
        var loader = new SnapshotLoader(to, static key => key.StartsWith("/registry/events/", StringComparison.Ordinal) ? TimeSpan.FromHours(1) : null);
        await foreach (var page in from.RangePagesAsync("/registry/", Ct))
        {
            foreach (var entry in page.Entries)
            {
                await loader.AddAsync(entry, Ct);
            }
        }

        await loader.FinishAsync();
    }

    private static async Task<List<string>> ContentAsync(IRevisionStore store) =>
        [.. (await store.RangeAsync("/registry/", Ct)).Entries.Select(static entry => $"{entry.Key} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(entry.Value.Span))}")];

    private async Task<SqliteRevisionStore> OpenAsync(string name, long first = 1) =>
        await SqliteRevisionStore.OpenAsync(new() { Path = directory.Path(name), FirstRevision = first }, TimeProvider.System, Ct);
}
