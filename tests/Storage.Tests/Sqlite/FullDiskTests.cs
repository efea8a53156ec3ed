using Navarch.Storage.Sqlite;

namespace Navarch.Storage.Tests.Sqlite;

/// <summary>A disk that is full or read-only, on a real file system that is.</summary>
public sealed class FullDiskTests
{
    private static readonly CancellationToken Ct = CancellationToken.None;

    [Fact]
    public async Task A_full_disk_refuses_writes_keeps_reads_and_recovers_by_itself()
    {
        using var disk = new SmallDisk(8 << 20);
        await using var store = await OpenAsync(disk);
        var written = await FillAsync(store, disk, valueBytes: 10_000);
        var revision = store.CurrentRevision;
        using var end = new CancellationTokenSource();
        await using var watch = store.WatchAsync("", revision, end.Token).GetAsyncEnumerator(end.Token);
        var next = watch.MoveNextAsync();

        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => PutAsync(store, "/refused", 100_000));

        Assert.Contains("disk is full", refused.Message);
        Assert.Equal(revision, store.CurrentRevision);
        Assert.Equal(written, (await store.RangeAsync("/", Ct)).Entries.Select(entry => entry.Key));
        Assert.Null(await store.GetAsync("/refused", Ct));
        Assert.False(store.Completion.IsCompleted);

        disk.Leave(4 << 20);
        Assert.Equal(revision + 1, await PutAsync(store, "/refused", 100_000));
        Assert.True(await next);
        Assert.Equal(revision + 1, watch.Current.ModRevision);
        await end.CancelAsync();
    }

    [Fact]
    public async Task Whatever_was_acknowledged_on_a_disk_that_is_full_at_every_write_is_there()
    {
        using var disk = new SmallDisk(6 << 20);
        var store = await OpenAsync(disk);
        var random = new Random(1);
        var written = await FillAsync(store, disk, valueBytes: 2_000);
        var refusals = 0;
        for (var i = 0; i < 300; i++)
        {
            disk.Leave(random.Next(8) * 4096);
            var key = $"/x/{i:000}";
            try
            {
                await Task.WhenAll(PutAsync(store, key, random.Next(20_000)), PutAsync(store, key + "/2", 10));
                written.AddRange([key, key + "/2"]);
            }
            catch (StoreUnavailableException)
            {
                refusals++;
                written.AddRange(await ExistingAsync(key)); // Of the two one may have gone through.
            }
        }

        Assert.InRange(refusals, 1, 300);
        var before = await store.RangeAsync("/", Ct);
        Assert.Equal(written.Order(StringComparer.Ordinal), before.Entries.Select(entry => entry.Key));
        disk.Leave(1 << 20);
        await store.DisposeAsync();
        store = await OpenAsync(disk);
        var after = await store.RangeAsync("/", Ct);
        Assert.Equal(before.Entries.Select(entry => (entry.Key, entry.ModRevision)), after.Entries.Select(entry => (entry.Key, entry.ModRevision)));
        Assert.Equal(before.Revision, after.Revision);
        await store.DisposeAsync();

        async Task<IEnumerable<string>> ExistingAsync(string prefix) => (await store.RangeAsync(prefix, Ct)).Entries.Select(entry => entry.Key);
    }

    [Fact]
    public async Task A_store_killed_on_a_full_disk_opens_when_there_is_room()
    {
        using var disk = new SmallDisk(4 << 20);
        disk.Leave(0);

        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => OpenAsync(disk));

        Assert.Contains(disk.Path("store.db"), refused.Message);
        disk.Leave(2 << 20);
        await using var store = await OpenAsync(disk);
        Assert.Equal(2, await PutAsync(store, "/a", 10));
    }

    [Fact]
    public async Task A_read_only_disk_is_said_to_be_one()
    {
        using var disk = new SmallDisk(4 << 20);
        await using (var store = await OpenAsync(disk))
        {
            await PutAsync(store, "/a", 10);
        }
        disk.MakeReadOnly();

        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => OpenAsync(disk));

        Assert.Contains("ead-only", refused.Message);
    }

    private static Task<SqliteRevisionStore> OpenAsync(SmallDisk disk) =>
        SqliteRevisionStore.OpenAsync(new() { Path = disk.Path("store.db"), LogBytesMax = 1 << 20 }, TimeProvider.System, Ct);

    private static async Task<List<string>> FillAsync(IRevisionStore store, SmallDisk disk, int valueBytes)
    {
        var written = new List<string>();
        disk.Leave(2 << 20);
        while (true)
        {
            try
            {
                await PutAsync(store, $"/{written.Count:0000}", valueBytes);
                written.Add($"/{written.Count:0000}");
            }
            catch (StoreUnavailableException)
            {
                return written;
            }
        }
    }

    private static async Task<long> PutAsync(IRevisionStore store, string key, int valueBytes) =>
        ((CommitResult.Committed)await store.CommitAsync(StoreWrite.Create(key, new byte[valueBytes]), Ct)).Revision;
}
