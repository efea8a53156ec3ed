using Navarch.Storage.Sqlite;

namespace Navarch.Storage.Tests.Sqlite;

/// <summary>What the store does by itself when time passes.</summary>
public sealed class UpkeepTests : IAsyncLifetime
{
    private static readonly CancellationToken Ct = CancellationToken.None;

    private readonly TemporaryDirectory directory = new();
    private readonly ManualTime time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private SqliteRevisionStore store = null!;

    public async ValueTask InitializeAsync() => store = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        directory.Dispose();
    }

    [Fact]
    public async Task A_key_whose_time_is_over_is_deleted_like_any_other()
    {
        await PutAsync("/event", TimeSpan.FromHours(1));
        await PutAsync("/pod", null);
        var next = NextEventAsync(store.CurrentRevision);

        time.Advance(TimeSpan.FromMinutes(59));
        await PutAsync("/later", null);
        Assert.NotNull(await store.GetAsync("/event", Ct));
        Assert.Equal("/later", (await next).Key);
        next = NextEventAsync(store.CurrentRevision);
        time.Advance(TimeSpan.FromMinutes(2));

        var change = await next;
        Assert.Equal((StoreEventType.Delete, "/event", 5L, 2L), (change.Type, change.Key, change.ModRevision, change.Previous!.ModRevision));
        Assert.Null(await store.GetAsync("/event", Ct));
        Assert.Equal(2, (await store.RangeAsync("/", Ct)).Entries.Count);
    }

    [Fact]
    public async Task Many_keys_expire_in_order_and_all_of_them()
    {
        for (var i = 0; i < 600; i++)
        {
            await PutAsync($"/{i:000}", TimeSpan.FromMinutes(1 + (i % 3)));
        }

        time.Advance(TimeSpan.FromMinutes(2.5));
        await Eventually.TrueAsync(() => store.CurrentRevision == 601 + 400, "two thirds expire");
        Assert.Equal(200, (await store.RangeAsync("/", Ct)).Entries.Count);

        await AdvanceUntilAsync(() => store.CurrentRevision == 601 + 600, "the rest expires");
        Assert.Empty((await store.RangeAsync("/", Ct)).Entries);
    }

    [Fact]
    public async Task A_later_write_replaces_or_removes_the_time_to_live()
    {
        await PutAsync("/longer", TimeSpan.FromMinutes(1));
        await PutAsync("/forever", TimeSpan.FromMinutes(1));
        await PutAsync("/longer", TimeSpan.FromMinutes(10));
        await PutAsync("/forever", null);
        await PutAsync("/control", TimeSpan.FromMinutes(1));

        time.Advance(TimeSpan.FromMinutes(2)); // Once: the longer one must not have expired when it is looked at.
        await Eventually.TrueAsync(() => store.CurrentRevision == 7, "the control expires");

        Assert.Equal(["/forever", "/longer"], (await store.RangeAsync("/", Ct)).Entries.Select(entry => entry.Key));
        await AdvanceUntilAsync(() => store.CurrentRevision == 8, "the longer one expires");
        Assert.NotNull(await store.GetAsync("/forever", Ct));
    }

    [Fact]
    public async Task Times_to_live_go_on_while_the_store_is_closed()
    {
        await PutAsync("/event", TimeSpan.FromHours(1));
        await store.DisposeAsync();
        time.Advance(TimeSpan.FromHours(2));

        store = await OpenAsync();

        await AdvanceUntilAsync(() => store.CurrentRevision == 3, "the key expires");
        Assert.Null(await store.GetAsync("/event", Ct));
    }

    [Fact]
    public async Task History_is_kept_for_five_minutes_and_then_compacted()
    {
        await PutAsync("/a", null);
        await PutAsync("/a", null);
        for (var i = 0; i < 9; i++)
        {
            time.Advance(TimeSpan.FromSeconds(30));
            await PutAsync("/b", null);
        }
        Assert.Equal(0, store.CompactedRevision);
        var last = store.CurrentRevision;

        await AdvanceUntilAsync(() => store.CompactedRevision == last, "everything old is compacted");

        Assert.Equal(2, (await store.RangeAsync("/", Ct)).Entries.Count);
    }

    [Fact]
    public async Task A_clock_that_is_set_forward_does_not_compact_early()
    {
        await PutAsync("/a", null);
        time.SetClock(TimeSpan.FromHours(5));
        time.Advance(TimeSpan.FromMinutes(1));
        await PutAsync("/a", null);
        await PutAsync("/a", null);

        Assert.Equal(0, store.CompactedRevision);
    }

    [Fact]
    public async Task History_from_before_a_restart_is_compacted_too()
    {
        await PutAsync("/a", null);
        await PutAsync("/a", null);
        await store.DisposeAsync();
        store = await OpenAsync();

        await AdvanceUntilAsync(() => store.CompactedRevision == 3, "history is compacted");
    }

    [Fact]
    public async Task A_watcher_that_does_not_read_is_cut_off_after_what_it_was_given_and_holds_back_nobody()
    {
        await store.DisposeAsync();
        store = await SqliteRevisionStore.OpenAsync(new() { Path = directory.Path("store.db"), WatchQueueBytesMax = 50_000 }, time, Ct);
        await using var slow = store.WatchAsync("/", store.CurrentRevision, Ct).GetAsyncEnumerator(Ct);
        var first = slow.MoveNextAsync();
        for (var i = 0; i < 500; i++)
        {
            await PutAsync("/a", null);
        }

        Assert.True(await first);
        var last = slow.Current.ModRevision;
        var cutOff = await Assert.ThrowsAsync<SlowWatcherException>(async () =>
        {
            while (await slow.MoveNextAsync())
            {
                Assert.Equal(last + 1, slow.Current.ModRevision);
                last++;
            }
        });

        Assert.Contains("\"/\"", cutOff.Message);
        Assert.InRange(last, 2, 500);
        Assert.Equal(last + 1, (await NextEventAsync(last)).ModRevision);
    }

    [Fact]
    public async Task A_broken_invariant_ends_the_store_for_writers_and_watchers()
    {
        await PutAsync("/a", null);
        await PutAsync("/b", null);
        var watch = NextEventAsync(store.CurrentRevision);
        using (var intruder = new SqliteConnection(directory.Path("store.db")))
        {
            intruder.Execute("DELETE FROM log WHERE revision = 2");
        }

        var failure = await Assert.ThrowsAsync<StoreFailedException>(() => PutAsync("/a", null));

        Assert.Contains("/a is not in the log", failure.Message);
        await Assert.ThrowsAsync<StoreFailedException>(() => PutAsync("/b", null));
        await Assert.ThrowsAsync<StoreFailedException>(() => store.CompactAsync(3, Ct));
        await Assert.ThrowsAsync<StoreFailedException>(() => watch);
        await Assert.ThrowsAsync<StoreFailedException>(() => NextEventAsync(store.CurrentRevision));
        await Assert.ThrowsAsync<StoreFailedException>(() => store.Completion);
        Assert.NotNull(await store.GetAsync("/b", Ct));
    }

    /// <summary>As many as a large cluster has. Checked, ranged, followed and compacted, with another written meanwhile.</summary>
    [Fact]
    public async Task A_hundred_thousand_keys_are_kept_in_order_over_a_restart_and_hold_nobody_up()
    {
        const int Keys = 100_000;
        await Parallel.ForAsync(0, Keys, new ParallelOptions { MaxDegreeOfParallelism = 256 }, async (i, _) => await PutAsync($"/k/{i:000000}", null));
        await store.DisposeAsync();
        store = await OpenAsync();

        var range = store.RangeAsync("/k/", Ct);
        await PutAsync("/meanwhile", null);
        Assert.Equal(Enumerable.Range(0, Keys).Select(i => $"/k/{i:000000}"), (await range).Entries.Select(entry => entry.Key));
        var seen = 0;
        await foreach (var change in store.WatchAsync("/k/", 1, Ct))
        {
            Assert.Equal(seen + 2, change.ModRevision);
            if (++seen == Keys)
            {
                break;
            }
        }

        await store.CompactAsync(store.CurrentRevision, Ct);
        Assert.Equal(Keys + 1, (await store.RangeAsync("", Ct)).Entries.Count);
        Assert.Equal(Keys + 2, store.CurrentRevision);
    }

    [Fact]
    public async Task Commits_overwrite_room_that_was_reserved_for_the_log()
    {
        var reserved = new FileInfo(directory.Path("store.db-wal")).Length;

        for (var i = 0; i < 100; i++)
        {
            await PutAsync($"/{i}", null);
        }

        Assert.InRange(reserved, new SqliteStoreConfig { Path = "" }.LogBytesMax, int.MaxValue);
        Assert.Equal(reserved, new FileInfo(directory.Path("store.db-wal")).Length);
    }

    [Fact]
    public async Task The_log_is_copied_into_the_file_while_writes_go_on()
    {
        await store.DisposeAsync();
        store = await SqliteRevisionStore.OpenAsync(new() { Path = directory.Path("store.db"), LogBytesMax = 100_000 }, time, Ct);

        await Task.WhenAll(Enumerable.Range(0, 16).Select(async writer =>
        {
            for (var i = 0; i < 200; i++)
            {
                await PutAsync($"/{writer}/{i}", null);
            }
        }));

        Assert.InRange(new FileInfo(directory.Path("store.db-wal")).Length, 1, 3_000_000);
        Assert.InRange(new FileInfo(directory.Path("store.db")).Length, 1_000_000, 100_000_000);
        Assert.Equal(3200, (await store.RangeAsync("/", Ct)).Entries.Count);
    }

    private Task<SqliteRevisionStore> OpenAsync() => SqliteRevisionStore.OpenAsync(new() { Path = directory.Path("store.db") }, time, Ct);

    private async Task PutAsync(string key, TimeSpan? timeToLive) => Assert.IsType<CommitResult.Committed>(
        await store.CommitAsync(StoreWrite.Put(key, new byte[500]) with { TimeToLive = timeToLive }, Ct));

    private async Task<StoreEvent> NextEventAsync(long after)
    {
        await foreach (var change in store.WatchAsync("", after, Ct))
        {
            return change;
        }
        throw new InvalidOperationException("the watch ended");
    }

    // In small steps, because the loop sets its next alarm when it has dealt with the last.
    private Task AdvanceUntilAsync(Func<bool> condition, string what) => Eventually.TrueAsync(
        () =>
        {
            time.Advance(TimeSpan.FromSeconds(5));
            return condition();
        },
        what);
}
