namespace Navarch.Storage.Tests;

/// <content>What compaction takes, and from whom.</content>
public abstract partial class RevisionStoreContract
{
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
}
