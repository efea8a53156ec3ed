using System.Text;

namespace Navarch.Storage.Tests;

/// <summary>What every engine promises, tested only through <see cref="IRevisionStore"/>.</summary>
public abstract class RevisionStoreContract : IAsyncLifetime
{
    protected static readonly CancellationToken Ct = CancellationToken.None;

    // The longest that anything here may take before the test is given up; never what is measured.
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(60);

    protected ManualTime Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    protected IRevisionStore Store { get; private set; } = null!;

    /// <summary>Opens the engine's data; a second call (after disposal) finds what the first left.</summary>
    protected abstract Task<IRevisionStore> OpenAsync();

    protected virtual ValueTask CleanUpAsync() => ValueTask.CompletedTask;

    public async ValueTask InitializeAsync() => Store = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await CleanUpAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task An_empty_store_is_at_revision_1_and_its_first_write_gets_2()
    {
        Assert.Equal(1, Store.CurrentRevision);
        Assert.Equal(1, (await Store.RangeAsync("", Ct)).Revision);

        Assert.Equal(2, (await PutAsync("/a", "1")).Revision);
        Assert.Equal(2, Store.CurrentRevision);
    }

    [Fact]
    public async Task A_value_is_read_as_it_was_written_with_its_revisions()
    {
        await PutAsync("/a", "1");
        await PutAsync("/b", "x");
        await PutAsync("/a", "2");

        AssertValue("/a", "2", create: 2, mod: 4, version: 2, await Store.GetAsync("/a", Ct));
        AssertValue("/b", "x", create: 3, mod: 3, version: 1, await Store.GetAsync("/b", Ct));
        Assert.Null(await Store.GetAsync("/", Ct));
    }

    [Fact]
    public async Task Pages_of_a_range_are_of_one_revision_whatever_is_written_meanwhile()
    {
        Assert.Empty(Assert.Single(await PagesAsync("/many/", _ => Task.CompletedTask)).Entries);
        await Task.WhenAll(Enumerable.Range(0, 5_000).Select(i => PutAsync($"/many/{i:0000}", $"{i}")));
        await PutAsync("/other", "x");
        var revision = Store.CurrentRevision;

        var pages = await PagesAsync("/many/", async page =>
        {
            await PutAsync("/many/0000", "late");
            await PutAsync("/many/4999", "late");
            await CommittedAsync(StoreWrite.Delete(page.Entries[^1].Key));
        });

        Assert.True(pages.Count > 1);
        Assert.All(pages, page => Assert.Equal(revision, page.Revision));
        Assert.Equal(Enumerable.Range(0, 5_000).Select(i => $"/many/{i:0000}"), pages.SelectMany(page => page.Entries).Select(entry => entry.Key));
        Assert.DoesNotContain(pages.SelectMany(page => page.Entries), entry => Text(entry.Value) == "late");
    }

    [Fact]
    public async Task Any_bytes_and_no_bytes_are_values()
    {
        var all = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        var large = new byte[1 << 20];
        new Random(1).NextBytes(large);

        await Store.CommitAsync(StoreWrite.Put("/all", all), Ct);
        await Store.CommitAsync(StoreWrite.Put("/none", Array.Empty<byte>()), Ct);
        await Store.CommitAsync(StoreWrite.Put("/large", large), Ct);

        Assert.Equal(all, (await Store.GetAsync("/all", Ct))!.Value.ToArray());
        Assert.Equal(0, (await Store.GetAsync("/none", Ct))!.Value.Length);
        Assert.Equal(large, (await Store.GetAsync("/large", Ct))!.Value.ToArray());
    }

    /// <summary>As large as an object can be: upstream's limit of 1.5 MiB is that of a request to etcd, with key and conditions.</summary>
    [Fact]
    public async Task A_value_of_one_and_a_half_MiB_goes_every_way_a_value_goes()
    {
        var large = new byte[(3 << 19) - 2000];
        new Random(2).NextBytes(large);
        await using var watch = Watch("/", Store.CurrentRevision);
        await PutAsync("/large", "small");
        await watch.NextAsync();

        var written = await CommittedAsync(StoreWrite.Put("/large", large, 2));
        await CommittedAsync(StoreWrite.Delete("/large", written.Revision));
        await CommittedAsync(StoreWrite.Create("/large", large));

        Assert.Equal(large, (await watch.NextAsync()).Value.ToArray());
        Assert.Equal(large, (await watch.NextAsync()).Previous!.Value.ToArray());
        await ReopenAsync();
        Assert.Equal(large, (await Store.GetAsync("/large", Ct))!.Value.ToArray());
        Assert.Equal(large, (await Store.RangeAsync("/", Ct)).Entries.Single().Value.ToArray());
        await using var late = Watch("/", 2);
        Assert.Equal(large, (await late.NextAsync()).Value.ToArray());
    }

    [Fact]
    public async Task A_create_succeeds_only_where_there_is_nothing()
    {
        await CommittedAsync(StoreWrite.Create("/a", Bytes("1")));

        var conflict = Assert.IsType<CommitResult.Conflict>(await Store.CommitAsync(StoreWrite.Create("/a", Bytes("2")), Ct));

        AssertValue("/a", "1", create: 2, mod: 2, version: 1, conflict.Current);
        Assert.Equal(2, Store.CurrentRevision);
    }

    [Fact]
    public async Task A_conditional_write_succeeds_only_over_the_revision_it_names()
    {
        var first = await PutAsync("/a", "1");
        var second = await CommittedAsync(StoreWrite.Put("/a", Bytes("2"), first.Revision));

        var conflict = Assert.IsType<CommitResult.Conflict>(await Store.CommitAsync(StoreWrite.Put("/a", Bytes("3"), first.Revision), Ct));
        var missing = Assert.IsType<CommitResult.Conflict>(await Store.CommitAsync(StoreWrite.Put("/b", Bytes("3"), first.Revision), Ct));

        AssertValue("/a", "1", create: 2, mod: 2, version: 1, second.Previous);
        AssertValue("/a", "2", create: 2, mod: 3, version: 2, conflict.Current);
        Assert.Null(missing.Current);
    }

    [Fact]
    public async Task A_delete_takes_a_revision_and_returns_what_it_removed()
    {
        var first = await PutAsync("/a", "1");
        Assert.IsType<CommitResult.Conflict>(await Store.CommitAsync(StoreWrite.Delete("/a", first.Revision + 1), Ct));

        var deleted = await CommittedAsync(StoreWrite.Delete("/a", first.Revision));

        Assert.Equal(3, deleted.Revision);
        AssertValue("/a", "1", create: 2, mod: 2, version: 1, deleted.Previous);
        Assert.Null(await Store.GetAsync("/a", Ct));
        var again = Assert.IsType<CommitResult.Conflict>(await Store.CommitAsync(StoreWrite.Delete("/a"), Ct));
        Assert.Null(again.Current);
    }

    [Fact]
    public async Task A_key_that_comes_back_begins_anew()
    {
        await PutAsync("/a", "1");
        await CommittedAsync(StoreWrite.Delete("/a"));

        await CommittedAsync(StoreWrite.Create("/a", Bytes("2")));

        AssertValue("/a", "2", create: 4, mod: 4, version: 1, await Store.GetAsync("/a", Ct));
    }

    [Fact]
    public async Task A_key_that_cannot_be_told_from_others_is_refused()
    {
        foreach (var key in new[] { "", "/a\0b", "/\ud800" })
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.CommitAsync(StoreWrite.Put(key, Bytes("1")), Ct));
            await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.GetAsync(key, Ct));
        }
        Assert.Equal(1, Store.CurrentRevision);
    }

    [Fact]
    public async Task A_range_holds_what_begins_with_the_prefix_in_byte_order()
    {
        string[] keys = ["/p", "/p/", "/p/a", "/p/a/b", "/p/ab", "/p/ä", "/p/\uffee", "/p/😀", "/p0", "/q"];
        foreach (var key in keys.Reverse())
        {
            await PutAsync(key, key);
        }
        await PutAsync("/p/gone", "");
        await CommittedAsync(StoreWrite.Delete("/p/gone"));

        var range = await Store.RangeAsync("/p/", Ct);

        Assert.Equal(["/p/", "/p/a", "/p/a/b", "/p/ab", "/p/ä", "/p/\uffee", "/p/😀"], range.Entries.Select(entry => entry.Key));
        Assert.Equal(13, range.Revision);
        Assert.Equal(keys, (await Store.RangeAsync("", Ct)).Entries.Select(entry => entry.Key));
        Assert.Empty((await Store.RangeAsync("/none", Ct)).Entries);
    }

    [Fact]
    public async Task A_range_while_others_write_is_one_revision()
    {
        // Each writer keeps its two keys equal, left before right: at every revision left is right or one ahead.
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async writer =>
        {
            for (var i = 1; i <= 50; i++)
            {
                await PutAsync($"/pair/{writer}/left", $"{i}");
                await PutAsync($"/pair/{writer}/right", $"{i}");
                var range = await Store.RangeAsync("/pair/", Ct);
                foreach (var pair in range.Entries.GroupBy(entry => entry.Key.Split('/')[2]))
                {
                    var left = int.Parse(Text(pair.Single(entry => entry.Key.EndsWith("left")).Value));
                    var right = int.Parse(Text(pair.SingleOrDefault(entry => entry.Key.EndsWith("right"))?.Value ?? Bytes("0")));
                    Assert.InRange(left - right, 0, 1);
                }
                Assert.True(range.Entries.Max(entry => entry.ModRevision) == range.Revision);
            }
        }));
    }

    [Fact]
    public async Task Of_many_who_expect_the_same_revision_one_wins()
    {
        var expected = (await PutAsync("/a", "0")).Revision;

        var results = await Task.WhenAll(Enumerable.Range(0, 64).Select(i =>
            Task.Run(() => Store.CommitAsync(StoreWrite.Put("/a", Bytes($"{i}"), expected), Ct))));

        Assert.Single(results.OfType<CommitResult.Committed>());
        Assert.All(results.OfType<CommitResult.Conflict>(), conflict => Assert.Equal(expected + 1, conflict.Current!.ModRevision));
    }

    [Fact]
    public async Task Every_concurrent_write_gets_a_revision_of_its_own_and_none_is_left_out()
    {
        var revisions = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => Task.Run(async () => (await PutAsync($"/k/{i}", "x")).Revision)));

        Assert.Equal(Enumerable.Range(2, 500).Select(i => (long)i), revisions.Order());
        Assert.Equal(500, (await Store.RangeAsync("/k/", Ct)).Entries.Count);
    }

    [Fact]
    public async Task A_write_is_readable_and_current_when_it_is_answered()
    {
        for (var i = 0; i < 100; i++)
        {
            var written = await PutAsync("/a", $"{i}");
            Assert.Equal(written.Revision, Store.CurrentRevision);
            Assert.Equal(written.Revision, (await Store.GetAsync("/a", Ct))!.ModRevision);
            Assert.Equal(written.Revision, (await Store.RangeAsync("/a", Ct)).Revision);
        }
    }

    [Fact]
    public async Task A_write_that_was_cancelled_before_changes_nothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.CommitAsync(StoreWrite.Put("/a", Bytes("1")), new CancellationToken(true)));

        await PutAsync("/b", "1");
        Assert.Null(await Store.GetAsync("/a", Ct));
        Assert.Equal(2, Store.CurrentRevision);
    }

    [Fact]
    public async Task A_watch_from_the_past_goes_on_into_the_present()
    {
        await PutAsync("/a", "1");
        await PutAsync("/a", "2");
        await using var watch = Watch("/", 0);
        await watch.NextAsync();
        await CommittedAsync(StoreWrite.Delete("/a"));
        await PutAsync("/a", "3");

        var events = new[] { watch.Seen[0], await watch.NextAsync(), await watch.NextAsync(), await watch.NextAsync() };

        Assert.Equal([2L, 3, 4, 5], events.Select(change => change.ModRevision));
        Assert.Equal([2L, 2, 2, 5], events.Select(change => change.CreateRevision));
        Assert.Equal([1L, 2, 0, 1], events.Select(change => change.Version));
        Assert.Equal([StoreEventType.Put, StoreEventType.Put, StoreEventType.Delete, StoreEventType.Put], events.Select(change => change.Type));
        Assert.Equal(["1", "2", "", "3"], events.Select(change => Text(change.Value)));
        Assert.Equal([null, "1", "2", null], events.Select(change => change.Previous is { } previous ? Text(previous.Value) : null));
    }

    [Fact]
    public async Task A_range_and_a_watch_from_its_revision_miss_nothing()
    {
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 300; i++)
            {
                await PutAsync($"/w/{writer}", $"{i}");
            }
        })).ToList();

        for (var round = 0; round < 20; round++)
        {
            var range = await Store.RangeAsync("/w/", Ct);
            await using var watch = Watch("/w/", range.Revision);
            for (var next = range.Revision + 1; next < Math.Min(range.Revision + 40, 1200); next++)
            {
                Assert.Equal(next, (await watch.NextAsync()).ModRevision);
            }
        }
        await Task.WhenAll(writers);
    }

    [Fact]
    public async Task Watches_of_the_past_and_the_present_see_the_same_history()
    {
        await using var live = Watch("", 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            var random = new Random(writer);
            for (var i = 0; i < 200; i++)
            {
                var key = $"/{random.Next(20)}";
                await Store.CommitAsync(random.Next(3) == 0 ? StoreWrite.Delete(key) : StoreWrite.Put(key, Bytes($"{writer}-{i}")), Ct);
            }
        })));
        var last = Store.CurrentRevision;
        await live.UntilAsync(last);
        await using var late = Watch("", 0);
        await late.UntilAsync(last);
        await using var partial = Watch("/1", last / 2);
        await partial.UntilAsync(live.Seen.Last(change => change.Key.StartsWith("/1")).ModRevision);

        Assert.Equal(Enumerable.Range(2, (int)last - 1).Select(i => (long)i), live.Seen.Select(change => change.ModRevision));
        Assert.Equal(live.Seen.Select(Describe), late.Seen.Select(Describe));
        Assert.Equal(
            live.Seen.Where(change => change.Key.StartsWith("/1") && change.ModRevision > last / 2).Select(Describe),
            partial.Seen.Select(Describe));
    }

    [Fact]
    public async Task A_watch_sees_only_its_prefix()
    {
        await using var watch = Watch("/pods/", Store.CurrentRevision);
        await PutAsync("/nodes/a", "1");
        await PutAsync("/pods", "1");
        await PutAsync("/pods/a", "1");

        Assert.Equal("/pods/a", (await watch.NextAsync()).Key);
    }

    [Fact]
    public async Task A_watch_of_a_future_revision_waits_for_it()
    {
        await using var watch = Watch("", 4);
        var first = watch.NextAsync();
        for (var i = 0; i < 5; i++)
        {
            await PutAsync("/a", $"{i}");
        }

        Assert.Equal(5, (await first).ModRevision);
        Assert.Equal(6, (await watch.NextAsync()).ModRevision);
    }

    [Fact]
    public async Task The_state_of_a_writer_comes_back_in_live_events_only()
    {
        var state = new object();
        await using var live = Watch("", Store.CurrentRevision);
        var next = live.NextAsync();
        await PutUntilLiveAsync();
        await Store.CommitAsync(StoreWrite.Put("/a", Bytes("1")) with { State = state }, Ct);
        await live.UntilAsync(Store.CurrentRevision);
        await using var late = Watch("/a", 0);

        Assert.Same(state, live.Seen[^1].State);
        Assert.Null((await late.NextAsync()).State);

        async Task PutUntilLiveAsync()
        {
            while (!next.IsCompleted)
            {
                await PutAsync("/other", "");
                await Task.Yield();
            }
        }
    }

    [Fact]
    public async Task The_writer_and_the_watchers_get_the_same_event()
    {
        await using var watch = Watch("", 0);
        var next = watch.NextAsync();

        var committed = await PutAsync("/a", "1");

        Assert.Equal(Describe(committed.Event), Describe(await next));
    }

    [Fact]
    public async Task An_event_is_queued_before_its_writer_is_answered()
    {
        await using var watch = Watch("", 0);
        await PutAsync("/a", "0");
        await watch.NextAsync();
        for (var i = 1; i < 100; i++)
        {
            var written = await PutAsync("/a", $"{i}");
            Assert.Equal(written.Revision, (await watch.NextAsync()).ModRevision);
        }
    }

    [Fact]
    public async Task A_watch_ends_when_it_is_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        await using var watch = Watch("", 0, cancel.Token);
        var next = watch.NextAsync();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    [Fact]
    public async Task Compaction_keeps_what_is_current_and_forgets_what_was_replaced()
    {
        await PutAsync("/a", "1"); // 2
        await PutAsync("/a", "2"); // 3
        await PutAsync("/b", "1"); // 4
        await CommittedAsync(StoreWrite.Delete("/b")); // 5
        await PutAsync("/c", "1"); // 6
        await PutAsync("/c", "2"); // 7

        await Store.CompactAsync(6, Ct);

        Assert.Equal(6, Store.CompactedRevision);
        Assert.Equal(7, Store.CurrentRevision);
        Assert.Equal(["/a", "/c"], (await Store.RangeAsync("", Ct)).Entries.Select(entry => entry.Key));
        AssertValue("/a", "2", create: 2, mod: 3, version: 2, await Store.GetAsync("/a", Ct));
        await using var watch = Watch("", 6);
        var change = await watch.NextAsync();
        Assert.Equal(7, change.ModRevision);
        AssertValue("/c", "1", create: 6, mod: 6, version: 1, change.Previous);
    }

    [Fact]
    public async Task A_watch_from_before_a_compaction_is_told_so()
    {
        for (var i = 0; i < 5; i++)
        {
            await PutAsync("/a", $"{i}");
        }
        await Store.CompactAsync(4, Ct);

        await using var watch = Watch("/nothing-here/", 3);
        var compacted = await Assert.ThrowsAsync<CompactedException>(watch.NextAsync);

        Assert.Equal(3, compacted.AfterRevision);
        Assert.Equal(4, compacted.CompactedRevision);
        await using var edge = Watch("", 4);
        Assert.Equal(5, (await edge.NextAsync()).ModRevision);
    }

    [Fact]
    public async Task A_live_watch_does_not_notice_a_compaction()
    {
        await using var watch = Watch("", 0);
        for (var i = 0; i < 20; i++)
        {
            var written = await PutAsync("/a", $"{i}");
            Assert.Equal(written.Revision, (await watch.NextAsync()).ModRevision);
            await Store.CompactAsync(written.Revision, Ct);
        }
    }

    [Fact]
    public async Task A_watch_that_meets_a_compaction_under_way_loses_nothing_silently()
    {
        await Task.WhenAll(Enumerable.Range(0, 1500).Select(i => Store.CommitAsync(StoreWrite.Put($"/{i % 7}", Bytes($"{i}")), Ct)));
        var last = Store.CurrentRevision;
        var compaction = Store.CompactAsync(last, Ct);

        for (var after = 0L; after < last; after += 100)
        {
            await using var watch = Watch("", after);
            try
            {
                await watch.UntilAsync(last);
            }
            catch (CompactedException)
            {
            }
            Assert.Equal(watch.Seen.Select((_, i) => after == 0 ? i + 2 : after + i + 1), watch.Seen.Select(change => change.ModRevision));
        }
        await compaction;
    }

    [Fact]
    public async Task Compacting_twice_or_backwards_does_nothing_and_the_future_is_refused()
    {
        await PutAsync("/a", "1");
        await PutAsync("/a", "2");
        await Store.CompactAsync(3, Ct);

        await Store.CompactAsync(3, Ct);
        await Store.CompactAsync(1, Ct);

        Assert.Equal(3, Store.CompactedRevision);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.CompactAsync(4, Ct));
    }

    [Fact]
    public async Task The_revision_does_not_go_back_when_everything_was_deleted_compacted_and_reopened()
    {
        await PutAsync("/a", "1");
        await CommittedAsync(StoreWrite.Delete("/a"));
        await Store.CompactAsync(3, Ct);

        await ReopenAsync();

        Assert.Equal(3, Store.CurrentRevision);
        Assert.Equal(3, Store.CompactedRevision);
        Assert.Equal(4, (await PutAsync("/a", "2")).Revision);
        await Store.CompactAsync(4, Ct);
        AssertValue("/a", "2", create: 4, mod: 4, version: 1, await Store.GetAsync("/a", Ct));
    }

    [Fact]
    public async Task Everything_is_there_after_reopening_history_included()
    {
        await PutAsync("/a", "1");
        await PutAsync("/a", "2");
        await CommittedAsync(StoreWrite.Delete("/a"));
        await PutAsync("/b", "1");

        await ReopenAsync();

        Assert.Equal(5, Store.CurrentRevision);
        Assert.Equal(["/b"], (await Store.RangeAsync("", Ct)).Entries.Select(entry => entry.Key));
        await using var watch = Watch("/", 1);
        await watch.UntilAsync(5);
        Assert.Equal(["1", "2", "", "1"], watch.Seen.Select(change => Text(change.Value)));
    }

    [Fact]
    public async Task A_store_that_was_closed_refuses_everything_but_carries_out_what_it_had_accepted()
    {
        var accepted = Enumerable.Range(0, 50).Select(i => Store.CommitAsync(StoreWrite.Put($"/{i}", Bytes("x")), Ct)).ToList();
        await Store.DisposeAsync();

        Assert.All(await Task.WhenAll(accepted), result => Assert.IsType<CommitResult.Committed>(result));
        await Store.Completion;
        await Assert.ThrowsAsync<ObjectDisposedException>(() => PutAsync("/a", "1"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Store.GetAsync("/a", Ct));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Store.RangeAsync("/a", Ct));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Watch("", 0).NextAsync());
        Store = await OpenAsync();
        Assert.Equal(50, (await Store.RangeAsync("/", Ct)).Entries.Count);
    }

    [Fact]
    public async Task A_live_watch_ends_quietly_when_the_store_is_closed()
    {
        var watch = Task.Run(async () =>
        {
            var seen = 0;
            await foreach (var _ in Store.WatchAsync("", 0, Ct))
            {
                seen++;
            }
            return seen;
        });
        await PutAsync("/a", "1");
        while (!watch.IsCompleted && Store.CurrentRevision < 500)
        {
            await PutAsync("/a", "1"); // Until the watch has certainly begun.
        }

        await Store.DisposeAsync();

        Assert.Equal(499, await watch.WaitAsync(PatienceMax));
        Store = await OpenAsync();
    }

    [Fact]
    public async Task A_store_does_what_the_model_does()
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("NAVARCH_SEED") ?? $"{Environment.ProcessId}");
        TestContext.Current.TestOutputHelper!.WriteLine($"NAVARCH_SEED={seed}");
        var random = new Random(seed);
        var model = new RevisionStoreModel();
        for (var step = 0; step < 1000; step++)
        {
            var key = $"/{(char)('a' + random.Next(3))}/{random.Next(4)}";
            switch (random.Next(100))
            {
                case < 75:
                    var write = AnyWrite(key);
                    Assert.Equal(Describe(model.Commit(write)), Describe(await Store.CommitAsync(write, Ct)));
                    break;
                case < 85:
                    Assert.Equal(Describe(model.Get(key)), Describe(await Store.GetAsync(key, Ct)));
                    break;
                case < 93:
                    var prefix = key[..random.Next(key.Length + 1)];
                    var range = await Store.RangeAsync(prefix, Ct);
                    Assert.Equal(model.Range(prefix).Select(Describe), range.Entries.Select(Describe));
                    Assert.Equal(model.Revision, range.Revision);
                    break;
                case < 96:
                    await Store.CompactAsync(random.NextInt64(1, model.Revision + 1), Ct);
                    break;
                case < 98:
                    await ReopenAsync();
                    break;
                default:
                    await WatchAsync(key[..random.Next(key.Length + 1)], random.NextInt64(Store.CompactedRevision, model.Revision + 1));
                    break;
            }
            Assert.Equal(model.Revision, Store.CurrentRevision);
        }

        StoreWrite AnyWrite(string key)
        {
            long? expected = random.Next(4) switch
            {
                0 => null,
                1 => random.NextInt64(1, model.Revision + 2),
                _ => model.Get(key)?.ModRevision ?? 0,
            };
            return random.Next(3) == 0
                ? StoreWrite.Delete(key, expected == 0 ? null : expected)
                : StoreWrite.Put(key, Bytes(new string('v', random.Next(20))), expected);
        }

        async Task WatchAsync(string prefix, long after)
        {
            var wanted = model.History.Where(change => change.ModRevision > after && change.Key.StartsWith(prefix, StringComparison.Ordinal)).ToList();
            if (wanted.Count > 0)
            {
                await using var watch = Watch(prefix, after);
                await watch.UntilAsync(wanted[^1].ModRevision);
                Assert.Equal(wanted.Select(Describe), watch.Seen.Select(Describe));
            }
        }
    }

    protected async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Store = await OpenAsync();
    }

    protected async Task<CommitResult.Committed> CommittedAsync(StoreWrite write) =>
        Assert.IsType<CommitResult.Committed>(await Store.CommitAsync(write, Ct));

    protected Task<CommitResult.Committed> PutAsync(string key, string value) => CommittedAsync(StoreWrite.Put(key, Bytes(value)));

    protected StoreWatch Watch(string prefix, long after, CancellationToken ct = default) =>
        new(Store.WatchAsync(prefix, after, ct).GetAsyncEnumerator(ct), PatienceMax);

    protected static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static string Text(ReadOnlyMemory<byte> value) => Encoding.UTF8.GetString(value.Span);

    protected static string Describe(StoreEvent change) =>
        $"{change.ModRevision} {change.Type} {change.Key} v{change.Version} c{change.CreateRevision} {Text(change.Value)} was {change.Previous?.ModRevision} {(change.Previous is { } p ? Text(p.Value) : null)}";

    private async Task<List<StoreSnapshot>> PagesAsync(string prefix, Func<StoreSnapshot, Task> between)
    {
        var pages = new List<StoreSnapshot>();
        await foreach (var page in Store.RangePagesAsync(prefix, Ct))
        {
            pages.Add(page);
            await between(page);
        }
        return pages;
    }

    private static string Describe(CommitResult result) => result switch
    {
        CommitResult.Committed committed => Describe(committed.Event),
        CommitResult.Conflict conflict => $"conflict with {Describe(conflict.Current)}",
        _ => throw new InvalidOperationException(),
    };

    private static string Describe(StoredValue? value) =>
        value is null ? "nothing" : $"{value.Key} v{value.Version} c{value.CreateRevision} m{value.ModRevision} {Text(value.Value)}";

    private static void AssertValue(string key, string value, long create, long mod, long version, StoredValue? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal((key, value, create, mod, version), (actual.Key, Text(actual.Value), actual.CreateRevision, actual.ModRevision, actual.Version));
    }
}
