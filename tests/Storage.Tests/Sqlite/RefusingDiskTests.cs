using Navarch.Storage.Sqlite;
using Navarch.Storage.Tests.Sqlite.Disks;

namespace Navarch.Storage.Tests.Sqlite;

/// <summary>A disk that begins to refuse writes while the store is open, as one does after errors, and takes them again.</summary>
public sealed class RefusingDiskTests : IAsyncLifetime
{
    private const int ReadOnly = 8;
    private const int Full = 13;
    private const int IoErrorRead = 266;
    private const int IoErrorWrite = 778;
    private const int IoErrorSync = 1034;

    private static readonly CancellationToken Ct = CancellationToken.None;

    private readonly TemporaryDirectory directory = new();
    private readonly RefusingDisk disk = new();
    private SqliteRevisionStore store = null!;

    private string DatabasePath => directory.Path("store.db");

    public async ValueTask InitializeAsync()
    {
        SqliteDisks.Attach(Path.GetDirectoryName(DatabasePath)!, disk);
        store = await OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        SqliteDisks.Detach(Path.GetDirectoryName(DatabasePath)!);
        directory.Dispose();
    }

    [Theory]
    [InlineData(ReadOnly, "read-only")]
    [InlineData(Full, "disk is full")]
    [InlineData(IoErrorWrite, "disk I/O error")]
    public async Task Writes_are_refused_with_the_reason_reads_and_watches_go_on_and_writes_too_when_the_disk_takes_them_again(int code, string reason)
    {
        await PutAsync("/a");
        using var end = new CancellationTokenSource();
        await using var watch = store.WatchAsync("", store.CurrentRevision, end.Token).GetAsyncEnumerator(end.Token);
        var next = watch.MoveNextAsync();
        disk.WriteCode = code;

        for (var i = 0; i < 5; i++)
        {
            var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => PutAsync("/refused"));
            Assert.Contains(reason, refused.Message);
        }
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CompactAsync(2, Ct));

        Assert.Equal(2, store.CurrentRevision);
        Assert.Equal(["/a"], (await store.RangeAsync("", Ct)).Entries.Select(entry => entry.Key));
        Assert.Null(await store.GetAsync("/refused", Ct));
        Assert.False(next.IsCompleted);
        Assert.False(store.Completion.IsCompleted);

        disk.WriteCode = 0;
        Assert.Equal(3, await PutAsync("/b"));
        Assert.True(await next);
        Assert.Equal("/b", watch.Current.Key);
        await end.CancelAsync();
        await store.DisposeAsync();
        store = await OpenAsync();
        Assert.Equal(["/a", "/b"], (await store.RangeAsync("", Ct)).Entries.Select(entry => entry.Key));
    }

    /// <summary>
    /// What was to be synced may have reached the disk all the same. If the process dies before its next write, it is there at the next
    /// start, and so it must not be said never to happen.
    /// </summary>
    [Fact]
    public async Task A_write_whose_sync_failed_may_have_happened_and_is_said_to()
    {
        await PutAsync("/a");
        disk.SyncCode = IoErrorSync;

        await Assert.ThrowsAsync<StoreOutcomeUnknownException>(() => PutAsync("/unknown"));

        Assert.Equal(2, store.CurrentRevision);
        Assert.Null(await store.GetAsync("/unknown", Ct));
        CopyAsAKilledProcessLeavesIt("killed/store.db");
        await using (var killed = await SqliteRevisionStore.OpenAsync(new() { Path = directory.Path("killed/store.db") }, TimeProvider.System, Ct))
        {
            Assert.Equal(["/a", "/unknown"], (await killed.RangeAsync("", Ct)).Entries.Select(entry => entry.Key));
        }

        disk.SyncCode = 0;
        Assert.Equal(3, await PutAsync("/b"));
        CopyAsAKilledProcessLeavesIt("later/store.db");
        await using var later = await SqliteRevisionStore.OpenAsync(new() { Path = directory.Path("later/store.db") }, TimeProvider.System, Ct);
        Assert.Equal(["/a", "/b"], (await later.RangeAsync("", Ct)).Entries.Select(entry => entry.Key));
    }

    /// <summary>SQLite ends the transaction of a read that fails for the disk by itself.</summary>
    [Fact]
    public async Task Reads_that_the_disk_refuses_say_so_and_cost_no_reader()
    {
        // More than a connection keeps in memory, copied from the log to the file, and read by nobody yet.
        for (var i = 0; i < 60; i++)
        {
            await PutAsync($"/{i:00}", 50_000);
        }

        await store.DisposeAsync();
        store = await OpenAsync();
        await store.GetAsync("/00", Ct);
        disk.ReadCode = IoErrorRead;

        for (var i = 0; i < 6; i++)
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.RangePagesAsync("", Ct).ToListAsync(Ct));
            await Assert.ThrowsAsync<StoreUnavailableException>(() => store.RangeAsync("", Ct));
        }

        disk.ReadCode = 0;
        Assert.Equal(60, (await store.RangeAsync("", Ct)).Entries.Count);
        Assert.Equal(60, (await store.RangePagesAsync("", Ct).ToListAsync(Ct)).Sum(page => page.Entries.Count));
    }

    [Fact]
    public async Task A_log_that_cannot_be_copied_for_a_while_costs_nothing()
    {
        await store.DisposeAsync();
        store = await SqliteRevisionStore.OpenAsync(new() { Path = DatabasePath, LogBytesMax = 100_000 }, TimeProvider.System, Ct);
        var written = 0;
        for (var i = 0; i < 400; i++)
        {
            disk.WriteCode = i % 40 < 8 ? IoErrorWrite : 0;
            disk.SyncCode = i % 40 is > 8 and < 12 ? IoErrorSync : 0;
            try
            {
                await PutAsync($"/{written:000}");
                written++;
            }
            catch (StoreException e) when (e is StoreUnavailableException or StoreOutcomeUnknownException)
            {
                // The disk refuses just now.
            }
        }

        (disk.WriteCode, disk.SyncCode) = (0, 0);
        await PutAsync("/end");
        await store.DisposeAsync();
        store = await OpenAsync();
        Assert.InRange(written, 200, 360);
        Assert.Equal(written + 1, (await store.RangeAsync("", Ct)).Entries.Count);
        Assert.Equal(written + 2, store.CurrentRevision);
    }

    private Task<SqliteRevisionStore> OpenAsync() => SqliteRevisionStore.OpenAsync(new() { Path = DatabasePath }, TimeProvider.System, Ct);

    private void CopyAsAKilledProcessLeavesIt(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(directory.Path(name))!);
        foreach (var suffix in new[] { "", "-wal" })
        {
            File.Copy(DatabasePath + suffix, directory.Path(name) + suffix);
        }
    }

    private async Task<long> PutAsync(string key, int bytes = 5000) =>
        ((CommitResult.Committed)await store.CommitAsync(StoreWrite.Create(key, new byte[bytes]), Ct)).Revision;
}
