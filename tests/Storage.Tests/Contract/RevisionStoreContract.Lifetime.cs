namespace Navarch.Storage.Tests;

/// <content>Closing and opening again.</content>
public abstract partial class RevisionStoreContract
{
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
}
