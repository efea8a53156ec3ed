namespace Navarch.Storage.Tests;

/// <content>Which writes succeed, and what their answers mean.</content>
public abstract partial class RevisionStoreContract
{
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
}
