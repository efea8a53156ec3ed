namespace Navarch.Storage.Tests;

/// <content>What watchers see.</content>
public abstract partial class RevisionStoreContract
{
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
    public async Task A_watcher_that_writes_when_it_is_told_of_a_write_waits_its_turn()
    {
        const int Writes = 200;
        using var enough = new CancellationTokenSource(PatienceMax);
        var followed = Task.Run(
            async () =>
            {
                var answers = new List<Task<CommitResult.Committed>>();
                await foreach (var batch in Store.WatchBatchesAsync("/a/", 1, enough.Token))
                {
                    answers.AddRange(batch.Select(change => PutAsync($"/b/{change.Key[3..]}", "seen")));
                    if (answers.Count == Writes)
                    {
                        break;
                    }
                }
                return await Task.WhenAll(answers);
            },
            Ct);
        for (var i = 0; i < Writes; i++)
        {
            await PutAsync($"/a/{i:000}", "1");
        }

        var after = await followed;

        Assert.Equal(Writes, after.Select(answer => answer.Event.ModRevision).Distinct().Count());
        Assert.All(after, answer => Assert.Equal(1, answer.Event.Version));
        Assert.Equal(Writes, (await Store.RangeAsync("/b/", Ct)).Entries.Count);
    }
}
